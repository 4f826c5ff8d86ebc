namespace Orchestrator.Actors.Vms;

/// <summary>
/// How many connections a node makes at a time. Ten thousand at once take longer than each of them may: the deadlines of all would pass, and all would begin again, for ever. An attempt's deadline
/// begins with its turn. One that takes longer than <see cref="LongestTurn"/> goes on without a place: peers that do not answer hold up nobody.
/// </summary>
/// <param name="places">Attempts at a time.</param>
public sealed class ConnectionGate(int places = ConnectionGate.Places)
{
    /// <summary>Attempts at a time on a node.</summary>
    public const int Places = 256;

    /// <summary>After this an attempt gives its place away.</summary>
    public static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _places = new(places);

    /// <summary>Attempts that have no place yet wait in the order in which they came.</summary>
    /// <param name="connect">Makes the connection; called at its turn, at once if there is a place.</param>
    /// <param name="time">Clock of the turn.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<T> EnterAsync<T>(Func<Task<T>> connect, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connect);
        await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
        Task<T> attempt;
        try
        {
            attempt = connect();
        }
        catch
        {
            _places.Release();
            throw;
        }
        _ = LeaveAsync(attempt, time);
        return await attempt.ConfigureAwait(false);
    }

    private async Task LeaveAsync(Task attempt, TimeProvider time)
    {
        await attempt.WaitAsync(LongestTurn, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _places.Release();
    }
}
