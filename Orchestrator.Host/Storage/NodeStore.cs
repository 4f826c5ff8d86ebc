using System.Runtime.CompilerServices;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.Freezing;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Storage.Postgres;

namespace Orchestrator.Host.Storage;

/// <summary>What a node must not forget. Opened before its actors start, closed after they have stopped.</summary>
internal sealed class NodeStore : IAsyncDisposable
{
    private NodeStore(SqliteDatabase database, OutputFiles outputs, IJobStore jobs, LeaseBook leases, SqliteEventStore events) =>
        (Database, Outputs, Jobs, Leases, Events) = (database, outputs, jobs, leases, events);

    /// <summary>The node's own database, <c>DATA/jobs.db</c>.</summary>
    public SqliteDatabase Database { get; }

    /// <summary>Large outputs of its jobs, <c>DATA/outputs/</c>.</summary>
    public OutputFiles Outputs { get; }

    /// <summary>Its jobs: in its own database, or in PostgreSQL.</summary>
    public IJobStore Jobs { get; }

    /// <summary>The leases of its frozen VMs.</summary>
    public LeaseBook Leases { get; }

    /// <summary>The node's event log, <c>DATA/events.db</c>.</summary>
    public SqliteEventStore Events { get; }

    /// <summary>Where its controllers are.</summary>
    public SqliteControllerStore Controllers => new(Database);

    /// <summary>Opens it, or makes it.</summary>
    /// <param name="directory">The node's own.</param>
    /// <param name="address">Of PostgreSQL; <see langword="null"/> for jobs in the node's own database.</param>
    /// <param name="node">Name of the node.</param>
    /// <param name="time">Tells the age of history.</param>
    /// <exception cref="ServeException">It cannot be opened; the message says why and what to do.</exception>
    public static async Task<NodeStore> OpenAsync(string directory, string? address, string node, TimeProvider time)
    {
        var database = await SqliteDatabase.OpenAsync(Path.Combine(directory, "jobs.db"), StoreSchema.Migrations).ConfigureAwait(false);
        OutputFiles? outputs = null;
        SqliteEventStore? events = null;
        try
        {
            outputs = OutputFiles.Open(Path.Combine(directory, "outputs"));
            var leases = await LeaseBook.OpenAsync(new SqliteLeaseStore(database)).ConfigureAwait(false);
            var jobs = address is null ? await OpenOwnAsync(database, outputs, time).ConfigureAwait(false) : await OpenPostgresAsync(address, node, outputs, time).ConfigureAwait(false);
            events = await SqliteEventStore.OpenAsync(Path.Combine(directory, "events.db"), time).ConfigureAwait(false);
            return new NodeStore(database, outputs, jobs, leases, events);
        }
        catch (Exception e)
        {
            await database.DisposeAsync().ConfigureAwait(false);
            if (outputs is not null)
                await outputs.DisposeAsync().ConfigureAwait(false);
            throw e is JobStoreException or LeaseStoreException ? new ServeException(e.Message) : e;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Events.DisposeAsync().ConfigureAwait(false);
        if (Jobs is IAsyncDisposable jobs)
            await jobs.DisposeAsync().ConfigureAwait(false);
        await Outputs.DisposeAsync().ConfigureAwait(false);
        await Database.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<IJobStore> OpenOwnAsync(SqliteDatabase database, OutputFiles outputs, TimeProvider time)
    {
        var jobs = new SqliteJobStore(database, outputs, time);
        await jobs.SweepAsync().ConfigureAwait(false);
        return jobs;
    }

    /// <summary>Apart, so that nothing of it is loaded where nobody asks for it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<IJobStore> OpenPostgresAsync(string address, string node, OutputFiles outputs, TimeProvider time)
    {
        var jobs = await PostgresJobStore.OpenAsync(address, node, outputs, time).ConfigureAwait(false);
        try
        {
            await jobs.SweepAsync().ConfigureAwait(false);
            return jobs;
        }
        catch
        {
            await jobs.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
