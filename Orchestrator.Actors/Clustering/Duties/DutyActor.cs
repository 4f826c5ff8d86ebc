using Akka.Actor;
using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Actors.Clustering.Duties;

/// <summary>
/// A duty on the node that has it: claims it in the store, renews the claim, and lets its part run only while the claim holds. The cluster's sharding
/// sees to it that there is one; the claim sees to it where the sharding cannot: after a pause of the process, or when the cluster is split.
/// Behaviours: Claiming → Serving → Ending → Claiming.
/// </summary>
internal sealed class DutyActor : UntypedActor, IWithTimers
{
    private readonly string _duty;
    private readonly DutyEnvironment _environment;
    private readonly HashSet<IActorRef> _children = [];
    private IDutyPart? _part;
    private DutyClaim? _claim;
    private bool _isServing;
    private DutyTenure? _tenure;
    private string? _complaint;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public DutyActor(string duty, DutyEnvironment environment) => (_duty, _environment) = (duty, environment);

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(string duty, DutyEnvironment environment) => Props.Create(() => new DutyActor(duty, environment));

    /// <summary>A part that fails is begun anew, under a new claim.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Become(Claiming);
        Claim();
    }

    /// <summary>The children have stopped by now.</summary>
    protected override void PostStop()
    {
        if (_claim is not { } claim)
            return;
        _tenure?.End();
        _part?.Ended(claim);
        _ = ReleaseAsync(claim);
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message) => Unhandled(message);

    private void Claiming(object message)
    {
        switch (message)
        {
            case DutySignals.Claimed { Claim: { } claim } claimed when TenureSince(claimed.AskedAt) is { IsHeld: true } tenure:
                Serve(claim, tenure);
                break;
            case DutySignals.Claimed { Claim: not null }:
                // This process stood still meanwhile: another may have it by now.
                Claim();
                break;
            case DutySignals.Claimed:
                Timers.StartSingleTimer(nameof(DutySignals.ClaimDue), DutySignals.ClaimDue.Instance, _environment.Settings.ClaimPause);
                break;
            case DutySignals.Failed { Claim: null } failed:
                Complain(failed.Message);
                Timers.StartSingleTimer(nameof(DutySignals.ClaimDue), DutySignals.ClaimDue.Instance, _environment.Settings.ClaimPause);
                break;
            case DutySignals.ClaimDue:
                Claim();
                break;
            default:
                Always(message);
                break;
        }
    }

    private void Serving(object message)
    {
        switch (message)
        {
            case DutySignals.RenewDue:
                OnRenewDue();
                break;
            case DutySignals.Renewed renewed when renewed.Claim != _claim:
                break;
            case DutySignals.Renewed { IsKept: true } renewed:
                _complaint = null;
                Proven(renewed.AskedAt);
                break;
            case DutySignals.Renewed:
                End("another node has it");
                break;
            case DutySignals.PatienceOver:
                End(_complaint ?? "its claim was not renewed in time");
                break;
            case DutyLost:
                End("the store says that another node has it");
                break;
            case DutySignals.Failed failed when failed.Claim == _claim:
                Complain(failed.Message);
                break;
            case Terminated terminated when _children.Remove(terminated.ActorRef):
                End("a part of it failed");
                break;
            default:
                Always(message);
                break;
        }
    }

    private void Ending(object message)
    {
        if (message is Terminated terminated)
            _children.Remove(terminated.ActorRef);
        else
            Always(message);
        if (_children.Count > 0)
            return;
        _part!.Ended(_claim!);
        (_part, _claim, _tenure) = (null, null, null);
        Become(Claiming);
        Timers.StartSingleTimer(nameof(DutySignals.ClaimDue), DutySignals.ClaimDue.Instance, _environment.Settings.ClaimPause);
    }

    private void Always(object message)
    {
        switch (message)
        {
            case DutyMessages.Locate:
                Sender.Tell(new DutyMessages.Home(_duty, _environment.Node, _isServing ? _claim?.Epoch : null));
                break;
            case DutyMessages.Remind or ILocalSignal or DutyLost:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Claim()
    {
        if (!_environment.KnowsFleet())
        {
            Timers.StartSingleTimer(nameof(DutySignals.ClaimDue), DutySignals.ClaimDue.Instance, _environment.Settings.ClaimPause);
            return;
        }
        var askedAt = _environment.Time.GetTimestamp();
        AskAsync(null, token => _environment.Store.ClaimAsync(_duty, _environment.Node, _environment.Settings.Lifetime, token), claim => new DutySignals.Claimed(claim, askedAt)).PipeTo(Self);
    }

    private DutyTenure TenureSince(long askedAt) => new(_environment.Settings.Patience, _environment.Time, askedAt);

    private void Serve(DutyClaim claim, DutyTenure tenure)
    {
        (_claim, _tenure, _complaint, _part, _isServing) = (claim, tenure, null, _environment.PartOf(_duty), true);
        Timers.StartPeriodicTimer(nameof(DutySignals.RenewDue), DutySignals.RenewDue.Instance, _environment.Settings.RenewPause);
        Become(Serving);
        WatchPatience();
        try
        {
            Watch(_part.Begin(claim, tenure, Context));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Watch(Context.GetChildren());
            End($"it cannot be begun: {e.Message}");
        }
    }

    private void Watch(IEnumerable<IActorRef> children)
    {
        foreach (var child in children)
            _children.Add(Context.Watch(child));
    }

    /// <summary>A claim whose renewal nobody confirms is given up before the store gives it to another.</summary>
    private void Proven(long askedAt)
    {
        _tenure!.Prove(askedAt);
        WatchPatience();
    }

    private void WatchPatience()
    {
        var left = _tenure!.Left;
        Timers.StartSingleTimer(nameof(DutySignals.PatienceOver), DutySignals.PatienceOver.Instance, left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    private void OnRenewDue()
    {
        var (claim, askedAt) = (_claim!, _environment.Time.GetTimestamp());
        AskAsync(claim, token => _environment.Store.RenewAsync(claim, _environment.Settings.Lifetime, token), isKept => new DutySignals.Renewed(claim, isKept, askedAt)).PipeTo(Self);
    }

    private void End(string why)
    {
        ClusterLogEntries.GivenUp(Context.Log<DutyActor>(), _duty, why);
        Timers.Cancel(nameof(DutySignals.RenewDue));
        Timers.Cancel(nameof(DutySignals.PatienceOver));
        _isServing = false;
        _tenure!.End();
        Become(Ending);
        foreach (var child in _children)
            Context.Stop(child);
        Self.Tell(DutySignals.ClaimDue.Instance);
    }

    private void Complain(string message)
    {
        if (_complaint is null)
            ClusterLogEntries.NotClaimed(Context.Log<DutyActor>(), _duty, message);
        _complaint = message;
    }

    /// <summary>What is asked has its answer in time, whatever the store does: a question that nobody answers would leave the duty to nobody.</summary>
    private async Task<object> AskAsync<T>(DutyClaim? claim, Func<CancellationToken, Task<T>> ask, Func<T, object> answer)
    {
        using var deadline = new CancellationTokenSource(_environment.Settings.RenewPause * 2, _environment.Time);
        try
        {
            return answer(await ask(deadline.Token).WaitAsync(deadline.Token).ConfigureAwait(false));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new DutySignals.Failed(claim, e is OperationCanceledException ? "the store does not answer" : e.Message);
        }
    }

    private async Task ReleaseAsync(DutyClaim claim) =>
        await AskAsync(claim, async token =>
        {
            await _environment.Store.ReleaseAsync(claim, token).ConfigureAwait(false);
            return true;
        }, static _ => DutySignals.ClaimDue.Instance).ConfigureAwait(false);
}
