using Microsoft.Data.Sqlite;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage;

/// <summary>
/// The one writer of a database, on a thread of its own: what has come together while the disk was busy is committed in one transaction. A write
/// that fails fails alone; a transaction that fails, all that were in it; the next one begins on a new connection.
/// </summary>
internal sealed class SqliteWriter
{
    /// <summary>Most writes of one transaction.</summary>
    public const int MaxGroup = 256;

    private readonly StoreQueue<Pending> _waiting;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<SqliteSession> _open;
    private readonly Func<Exception, JobStoreException> _explain;
    private readonly StoreMetrics _metrics;
    private SqliteSession? _session;

    /// <param name="maxWaiting">Writes that may wait.</param>
    /// <param name="open">Opens the database.</param>
    /// <param name="explain">What is told to the callers.</param>
    /// <param name="metrics">Of its store.</param>
    public SqliteWriter(int maxWaiting, Func<SqliteSession> open, Func<Exception, JobStoreException> explain, StoreMetrics metrics)
    {
        (_open, _explain, _metrics) = (open, explain, metrics);
        _waiting = new StoreQueue<Pending>(maxWaiting);
        new Thread(Run) { IsBackground = true, Name = "store writer" }.Start();
    }

    /// <summary>Done when everything that was waiting is written, and the connection closed.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Takes a write in; <paramref name="write"/> runs on the writer's thread, inside a transaction. Done when that is on disk.</summary>
    /// <exception cref="JobStoreException">It failed, or too much is waiting, or the store is closed.</exception>
    public Task AddAsync(Action<SqliteSession> write)
    {
        var pending = new Pending(write);
        if (_waiting.TryAdd(pending, out var refusal))
            _metrics.Waiting(1);
        else
            pending.Done.SetException(refusal);
        return pending.Done.Task;
    }

    /// <summary>Takes nothing more in.</summary>
    public void Close() => _waiting.Close();

    private void Run()
    {
        var group = new List<Pending>(MaxGroup);
        while (_waiting.Wait(out var first))
        {
            group.Add(first);
            while (group.Count < MaxGroup && _waiting.TryTake(out var next))
                group.Add(next);
            _metrics.Waiting(-group.Count);
            Commit(group);
            group.Clear();
        }
        _session?.Dispose();
        _ended.SetResult();
    }

    private void Commit(List<Pending> group)
    {
        var started = _metrics.Begin();
        try
        {
            _session ??= _open();
            _session.Execute("BEGIN IMMEDIATE");
            foreach (var pending in group)
                Write(pending, _session);
            _session.Execute("COMMIT");
        }
        catch (Exception e)
        {
            _session?.Dispose();
            _session = null;
            foreach (var pending in group)
                pending.Failure ??= e;
        }
        _metrics.End(started, group.Count, group.Count(static pending => pending.Failure is not null));
        foreach (var pending in group)
        {
            if (pending.Failure is { } failure)
                pending.Done.SetException(failure as JobStoreException ?? _explain(failure));
            else
                pending.Done.SetResult();
        }
    }

    /// <exception cref="SqliteException">The transaction is lost with it.</exception>
    private static void Write(Pending pending, SqliteSession session)
    {
        session.Execute("SAVEPOINT one");
        try
        {
            pending.Write(session);
        }
        catch (Exception e) when (session.IsInTransaction)
        {
            pending.Failure = e;
            session.Execute("ROLLBACK TO one");
        }
        session.Execute("RELEASE one");
    }

    private sealed class Pending(Action<SqliteSession> write)
    {
        public Action<SqliteSession> Write { get; } = write;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Exception? Failure { get; set; }
    }
}
