using Orchestrator.Host.Storage;
using Orchestrator.Host.Storage.Postgres;
using Orchestrator.TestKit.Databases;

namespace Orchestrator.Host.Tests.Storage.Postgres;

/// <summary>One PostgreSQL for the tests of the store in it.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-store-");

    public RealPostgres Postgres { get; private set; } = null!;

    public async Task InitializeAsync() => Postgres = await RealPostgres.StartAsync();

    public async Task DisposeAsync()
    {
        await Postgres.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    /// <summary>Opens the store in tables of one's own.</summary>
    internal Task<PostgresJobStore> OpenAsync(string schema, OutputFiles outputs, TimeProvider time, string node = "node1") =>
        PostgresJobStore.OpenAsync(AddressOf(schema), node, outputs, time);

    /// <summary>Opens all of a cluster's state, for one of its nodes.</summary>
    internal Task<ClusterStore> OpenClusterAsync(string schema, OutputFiles outputs, TimeProvider? time = null) =>
        ClusterStore.OpenAsync(AddressOf(schema), outputs, time ?? TimeProvider.System);

    /// <summary>The address of tables of one's own.</summary>
    internal string AddressOf(string schema) => $"{Postgres.ConnectionString};Search Path={schema}";

    /// <summary>A directory of outputs that goes with the server.</summary>
    internal OutputFiles Outputs() => OutputFiles.Open(Path.Combine(_directory.FullName, Guid.NewGuid().ToString("N")));
}

[CollectionDefinition(nameof(PostgresServer))]
public sealed class PostgresServerCollection : ICollectionFixture<PostgresServer>;
