using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Host.Clustering.Tls;
using Orchestrator.Host.Configuration;
using Orchestrator.Host.Storage.Postgres;
using Orchestrator.Host.Tests.Cli;
using Orchestrator.Host.Tests.Docs;

namespace Orchestrator.Host.Tests.Packaging;

/// <summary><c>config/examples/three-machines</c>: what operators copy.</summary>
public sealed class ThreeMachinesTests : IDisposable
{
    private const string Example = "config/examples/three-machines";
    private static readonly string[] Names = ["node1", "node2", "node3"];

    private readonly string _directory = Directory.CreateTempSubdirectory("orc-three-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Configurations_are_of_one_cluster()
    {
        var configs = Names.Select(Load).ToArray();
        var options = configs.Select(config => config.Cluster.Options("the example")!).ToArray();

        Assert.Equal(Names, configs.Select(config => config.Host));
        Assert.Equal("db.example.net", PostgresAddress.Parse(Assert.Single(configs.Select(config => config.Store).Distinct())!).Host);
        Assert.Equal(Npgsql.SslMode.VerifyFull, PostgresAddress.Parse(configs[0].Store!).SslMode);
        Assert.All(options, node => Assert.Equal(options.Select(other => other.Listen), node.Join));
        Assert.Equal(6, options.SelectMany(node => new[] { node.Listen, node.Peer }).Distinct().Count());
        Assert.All(configs, config => Assert.NotEmpty(config.VmDirs));
    }

    [Fact]
    public void Configurations_differ_only_in_the_names_and_addresses_of_their_nodes()
    {
        var texts = Names.Select((name, index) => Repository.Read($"{Example}/{name}.yaml").Replace(name, "NODE").Replace($"listen: 10.0.0.{index + 1}", "listen: ADDRESS").Replace($"peer: 10.0.0.{index + 1}", "peer: ADDRESS").Replace($"(10.0.0.{index + 1})", "(ADDRESS)"));

        Assert.Single(texts.Distinct());
    }

    [Fact]
    public async Task Steps_with_certificates_make_those_that_the_nodes_load()
    {
        var steps = CommandLines.Of($"{Example}/README.md").Where(line => line is ["certs", "init" or "issue", ..]).ToArray();
        Assert.Equal(1 + Names.Length, steps.Length);
        foreach (var step in steps)
        {
            var run = new CliRun();
            var exitCode = await run.RunAsync([.. step.Select(word => word == "authority" ? _directory : word)]);
            Assert.True(exitCode == 0, run.Error);
        }

        foreach (var config in Names.Select(Load))
        {
            var options = config.Cluster.Options("the example")!;
            var files = new ClusterTlsFiles(Made(options.Tls!.Certificate!), Made(options.Tls.Key!), Made(options.Tls.Authority!));
            // It refuses a certificate without one of the names.
            Assert.NotNull(ClusterTls.Load(files, [config.Host!, options.Listen.Host, options.Peer.Host], TimeProvider.System, NullLogger.Instance));
        }
    }

    [Theory]
    [InlineData($"{Example}/README.md", 12)]
    [InlineData("docs/CLUSTER.md", 2)]
    [InlineData("docs/OPERATIONS.md", 2)]
    public void Commands_of_the_documents_are_commands_of_the_program(string document, int atLeast)
    {
        var commands = CommandLines.Of(document);

        Assert.True(commands.Count >= atLeast, $"{document} has {commands.Count} commands");
        Assert.All(commands, command => Assert.True(!CommandLines.ErrorsOf(command).Any(), $"orchestrator {string.Join(' ', command)}: {string.Join("; ", CommandLines.ErrorsOf(command))}"));
    }

    [Fact]
    public void Command_that_there_is_not_is_found_out()
    {
        Assert.NotEmpty(CommandLines.ErrorsOf("node", "upgrade", "node1"));
        Assert.NotEmpty(CommandLines.ErrorsOf("serve", "--confg", "a"));
    }

    private static NodeConfig Load(string name) => NodeConfigFile.Load(Repository.PathOf($"{Example}/{name}.yaml"));

    private string Made(string installed) => Path.Combine(_directory, Path.GetFileName(installed));
}
