using Orchestrator.Bench.Fleet.Clients.Server;

namespace Orchestrator.Bench.Hostile.Turns;

/// <summary>
/// Keeps one command to the hostile VM outstanding. If it <paramref name="releases"/>, the guest is released when an answer says that it is
/// quarantined: so one flood follows the other as fast as an operator who never learns could ask for it. An honest VM is asked as often.
/// </summary>
public sealed class Provoker(ServerApi api, string vm, bool releases)
{
    private const string Quarantined = "GuestQuarantined";
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(1);
    private Task<bool> _pending = Task.FromResult(false);

    /// <summary>Quarantines that were ended so far.</summary>
    public int Releases { get; private set; }

    /// <summary>Sends the next command, unless the one before is still unanswered.</summary>
    /// <exception cref="BenchException">The server refused the one before.</exception>
    public async Task NextAsync(CancellationToken cancel)
    {
        if (!_pending.IsCompleted)
            return;
        if (await _pending && releases && await api.ReleaseAsync(vm, cancel))
            Releases++;
        _pending = IsQuarantinedAsync(cancel);
    }

    /// <summary>Returns when no command is outstanding any more.</summary>
    public Task EndAsync() => _pending;

    private async Task<bool> IsQuarantinedAsync(CancellationToken cancel) =>
        (await api.CallAsync(vm, "guest-ping", CommandTimeout, cancel)).Reason == Quarantined;
}
