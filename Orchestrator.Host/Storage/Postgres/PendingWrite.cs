using Orchestrator.Actors.Clustering;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>
/// A write that waits to be done by the <see cref="PostgresWriter"/>. It ends once: done, failed, or given up because its time is over, and never done
/// after that. While it is being committed it is not given up: the answer says what became of it. Any thread.
/// </summary>
/// <param name="statements">May run twice.</param>
/// <param name="claim">Of the duty that it is for.</param>
/// <param name="refusal">Asked before each try: why it is not done any more.</param>
internal sealed class PendingWrite(IReadOnlyList<PostgresStatement> statements, DutyClaim? claim, Func<Exception?>? refusal = null)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private ITimer? _timer;
    private Func<Exception>? _overdue;
    private bool _isCommitting;

    /// <summary>What is done, inside a transaction.</summary>
    public IReadOnlyList<PostgresStatement> Statements { get; } = statements;

    /// <summary>Of the duty that it is for; <see langword="null"/> outside a cluster.</summary>
    public DutyClaim? Claim { get; } = claim;

    /// <summary>Its end.</summary>
    public Task Done => _done.Task;

    /// <summary>Whether nobody waits for it any more.</summary>
    public bool HasEnded => _done.Task.IsCompleted;

    /// <summary>Why it failed alone, in the last transaction. The writer's.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Why it is not done now; <see langword="null"/> if it may be.</summary>
    /// <param name="held">Epochs of the duties that are held.</param>
    public Exception? Refuse(IReadOnlyDictionary<string, long> held) => refusal?.Invoke() ?? PostgresFences.Check(Claim, held);

    /// <summary>Gives it up after a while.</summary>
    /// <param name="within">From now on.</param>
    /// <param name="time">Measures it.</param>
    /// <param name="why">What the caller is told.</param>
    public void Expire(TimeSpan within, TimeProvider time, Func<Exception> why)
    {
        lock (_lock)
        {
            if (!HasEnded)
                _timer = time.CreateTimer(_ => OnOverdue(why), null, within, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Whether it may be committed now; <see langword="false"/> if it was given up.</summary>
    public bool TryCommit()
    {
        lock (_lock)
            return _isCommitting = !HasEnded;
    }

    /// <summary>The transaction has failed: it waits on, unless its time is over by now.</summary>
    public void NotCommitted()
    {
        lock (_lock)
        {
            _isCommitting = false;
            if (_overdue is { } why)
                End(why());
        }
    }

    /// <summary>It is done.</summary>
    public void Succeed() => End(null);

    /// <summary>It is not done.</summary>
    public void Fail(Exception why) => End(why);

    private void OnOverdue(Func<Exception> why)
    {
        lock (_lock)
        {
            if (_isCommitting)
                _overdue = why;
            else
                End(why());
        }
    }

    private void End(Exception? failure)
    {
        lock (_lock)
        {
            _timer?.Dispose();
            if (failure is null)
                _done.TrySetResult();
            else
                _done.TrySetException(failure);
        }
    }
}
