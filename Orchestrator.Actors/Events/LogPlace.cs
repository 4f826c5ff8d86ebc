using Akka.Actor;

namespace Orchestrator.Actors.Events;

/// <summary>Where an <see cref="EventReader"/> is with one log. Owned by the reader.</summary>
internal sealed class LogPlace(KnownLog known)
{
    private CancellationTokenSource? _ended;
    private TimeSpan _pause;

    /// <summary>The log.</summary>
    public KnownLog Known { get; private set; } = known;

    /// <summary>The question that is on its way.</summary>
    public Task<object>? Asked { get; private set; }

    /// <summary>Since when.</summary>
    public DateTimeOffset AskedAt { get; private set; }

    /// <summary>When it had its turn last, counted by the reader.</summary>
    public long Served { get; set; }

    /// <summary>What the reader was told; <see langword="null"/> while the log answers.</summary>
    public StreamNotice? Stalled { get; set; }

    /// <summary>The log is another one, or reachable or not: what it was asked is not waited for.</summary>
    public void Move(KnownLog known)
    {
        Leave();
        (Known, _pause) = (known, TimeSpan.Zero);
    }

    /// <summary>Takes nothing more from it.</summary>
    public void Leave()
    {
        _ended?.Cancel();
        Forget();
    }

    /// <summary>Asks the node's own log: the answer comes, however late.</summary>
    public void Ask(EventQueries.Read read, CancellationToken cancellationToken) =>
        Asked = Known.Log.Ask<object>(read, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Asks in steps, after the pause that a failure makes.</summary>
    /// <param name="ask">Given the pause, and a token that ends when the log is left.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Ends it, too.</param>
    public void Ask(Func<TimeSpan, CancellationToken, Task<object>> ask, DateTimeOffset now, CancellationToken cancellationToken)
    {
        _ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        AskedAt = now;
        Asked = ask(_pause, _ended.Token);
    }

    /// <summary>Awaits the answer.</summary>
    /// <returns><see langword="null"/> if it was asked in a call that was cancelled.</returns>
    public async Task<object?> TakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Asked!.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
        finally
        {
            Forget();
        }
    }

    /// <summary>It said that it cannot be read, or nothing.</summary>
    public void Fail(TimeSpan pause) => _pause = pause;

    /// <summary>It answers.</summary>
    /// <returns>What was told before, if it had not.</returns>
    public StreamNotice? Resume()
    {
        var was = Stalled;
        (Stalled, _pause) = (null, TimeSpan.Zero);
        return was;
    }

    private void Forget()
    {
        _ended?.Dispose();
        (_ended, Asked) = (null, null);
    }
}
