using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage;

/// <summary>Reading connections of a database, each on a thread of its own: SQLite has no asynchronous calls, and the pool's threads are the actors'.</summary>
internal sealed class SqliteReaders
{
    private const int Threads = 2;
    private readonly StoreQueue<Action<Lazy<SqliteSession>>> _waiting;
    private readonly Task _ended;
    private readonly Func<Exception, JobStoreException> _explain;

    /// <param name="maxWaiting">Questions that may wait.</param>
    /// <param name="open">Opens the database.</param>
    /// <param name="explain">What is told to the callers.</param>
    public SqliteReaders(int maxWaiting, Func<SqliteSession> open, Func<Exception, JobStoreException> explain)
    {
        _explain = explain;
        _waiting = new StoreQueue<Action<Lazy<SqliteSession>>>(maxWaiting);
        _ended = Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Start(open)).ToArray());
    }

    /// <summary>Done when every question is answered, and the connections closed.</summary>
    public Task Ended => _ended;

    /// <summary>Asks; <paramref name="read"/> runs on a reader's thread and sees one state of the database.</summary>
    /// <exception cref="JobStoreException">It failed, or too much is waiting, or the store is closed.</exception>
    public Task<T> AskAsync<T>(Func<SqliteSession, T> read)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_waiting.TryAdd(session => Answer(answer, read, session), out var refusal))
            answer.SetException(refusal);
        return answer.Task;
    }

    /// <summary>Takes nothing more in.</summary>
    public void Close() => _waiting.Close();

    private Task Start(Func<SqliteSession> open)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Run(open, ended)) { IsBackground = true, Name = "store reader" }.Start();
        return ended.Task;
    }

    private void Run(Func<SqliteSession> open, TaskCompletionSource ended)
    {
        var session = new Lazy<SqliteSession>(open, LazyThreadSafetyMode.PublicationOnly);
        while (_waiting.Wait(out var question))
            question(session);
        if (session.IsValueCreated)
            session.Value.Dispose();
        ended.SetResult();
    }

    private void Answer<T>(TaskCompletionSource<T> answer, Func<SqliteSession, T> read, Lazy<SqliteSession> session)
    {
        try
        {
            session.Value.Execute("BEGIN");
            try
            {
                answer.SetResult(read(session.Value));
            }
            finally
            {
                if (session.Value.IsInTransaction)
                    session.Value.Execute("ROLLBACK");
            }
        }
        catch (Exception e)
        {
            answer.TrySetException(e as JobStoreException ?? _explain(e));
        }
    }
}
