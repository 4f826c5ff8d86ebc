using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage;

/// <summary>What a node must not forget. Opened before its actors start, closed after they have stopped.</summary>
internal sealed class NodeStore : IAsyncDisposable
{
    private NodeStore(SqliteDatabase database, IJobStore jobs) => (Database, Jobs) = (database, jobs);

    /// <summary>The node's own database, <c>DATA/jobs.db</c>.</summary>
    public SqliteDatabase Database { get; }

    /// <summary>Its jobs.</summary>
    public IJobStore Jobs { get; }

    /// <summary>Opens it, or makes it.</summary>
    /// <param name="directory">The node's own.</param>
    /// <param name="time">Tells the age of history.</param>
    /// <exception cref="Serving.ServeException">It cannot be opened; the message says why and what to do.</exception>
    public static async Task<NodeStore> OpenAsync(string directory, TimeProvider time)
    {
        var database = await SqliteDatabase.OpenAsync(Path.Combine(directory, "jobs.db"), StoreSchema.Migrations).ConfigureAwait(false);
        return new NodeStore(database, new SqliteJobStore(database, time));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
