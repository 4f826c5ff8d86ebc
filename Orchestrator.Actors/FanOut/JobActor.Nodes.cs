using Akka.Actor;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.FanOut;

/// <summary>In a cluster: what nodes and their routers tell.</summary>
internal sealed partial class JobActor
{
    private const string AcknowledgeTimer = "acknowledge";

    /// <summary>An outcome that is not acknowledged is sent again after 5 s.</summary>
    private static readonly TimeSpan RouterGrace = TimeSpan.FromSeconds(15);

    /// <summary>An outcome waits so long for others to be acknowledged with. Where the job ends meanwhile, its end makes it needless.</summary>
    private static readonly TimeSpan AcknowledgePause = TimeSpan.FromMilliseconds(500);

    /// <summary>More do not wait: a router holds what is not acknowledged, and takes nothing more beyond its limit.</summary>
    private const int AcknowledgedAtOnce = 8;

    private readonly Dictionary<int, TimeSpan> _extended = [];
    private readonly Dictionary<IActorRef, List<long>> _unacknowledged = [];
    private WireCommand? _wireCommand;
    private byte[]? _commandBytes;

    /// <summary>What the command takes of a message.</summary>
    private int CommandSize => _wireCommand is { } command ? WireLimits.Base64Of(command.Arguments.Length) + (2 * (command.OutputDirectory?.Length ?? 0)) + 1024 : 0;

    /// <summary>In every behaviour alike.</summary>
    protected override bool AroundReceive(Receive receive, object message) => (_fleet is not null && OnRouting(message)) || base.AroundReceive(receive, message);

    private bool OnRouting(object message)
    {
        switch (message)
        {
            case JobSignals.RouterUp up:
                OnRouterUp(up);
                return true;
            case JobSignals.RouterDown down:
                OnRouterDown(LinkOf(down.Node));
                return true;
            case RouterEvents.Received received:
                OnReceived(received);
                return true;
            case RouterEvents.Progressed progressed:
                OnProgressed(progressed);
                return true;
            case RouterEvents.Ended ended:
                OnEnded(ended);
                return true;
            case RouterEvents.ReadCommand read:
                OnReadCommand(read.Offset);
                return true;
            case RouterEvents.Refused refused:
                if (refused.Epoch > _fleet!.Claim.Epoch)
                    LoseDuty([]);
                return true;
            default:
                return false;
        }
    }

    /// <summary>What a large command is to the routers; encoded once.</summary>
    private void EncodeForRouters()
    {
        if (_fleet is null || _spec is not { } spec || WireCommand.Of(spec) is not { } command)
            return;
        if (command.Arguments.Length <= WireLimits.MaxCommand)
            _wireCommand = command;
        else
            _commandBytes = WireCommandJson.Write(command);
    }

    private void OnReadCommand(int offset)
    {
        if (_commandBytes is not { } bytes || offset < 0 || offset >= bytes.Length)
            return;
        var length = Math.Min(WireLimits.CommandPiece, bytes.Length - offset);
        Sender.Tell(new RouterCommands.CommandPiece(_id, offset, bytes.Length, bytes[offset..(offset + length)]));
    }

    private void OnRouterUp(JobSignals.RouterUp up)
    {
        var link = LinkOf(up.Node);
        link.Up(up.Router, up.Incarnation);
        if (_took is null && _recovery is null)
            Flush(link);
    }

    private void OnRouterDown(RouterLink link)
    {
        link.Down();
        foreach (var batch in link.AllSent)
        {
            foreach (var ordinal in batch.Ordinals.Where(ordinal => IsAwaited(ordinal, batch.Attempt) && _state.Stop != JobStop.Cancelled))
                _state.Progress(ordinal, PendingPhase.Reconciling, Reasons.HostUnreachable);
        }
        ShowHeld(link);
    }

    /// <summary>What has not been sent waits for its node, and counts as held back.</summary>
    private void ShowHeld(RouterLink link)
    {
        foreach (var batch in link.Held)
        {
            var (phase, isUnsent) = batch.IsInDoubt && link.Recorded is not null ? (PendingPhase.Reconciling, false) : (PendingPhase.Blocked, true);
            foreach (var ordinal in batch.Ordinals.Where(ordinal => IsAwaited(ordinal, batch.Attempt)))
            {
                if (_state.Stop != JobStop.Cancelled)
                    _state.Progress(ordinal, phase, Reasons.HostUnreachable);
                if (isUnsent)
                    _pacing.Confirm(ordinal);
            }
        }
        ArmHeld();
    }

    private void ArmHeld()
    {
        var waiting = _links.Values.SelectMany(link => link.Unsent).Select(batch => batch.Until.Remaining(_environment.Time)).DefaultIfEmpty(TimeSpan.MaxValue).Min();
        if (waiting < TimeSpan.MaxValue)
            Timers.StartSingleTimer(HeldTimer, JobSignals.Due.Held, Positive(waiting));
    }

    /// <summary>Their node, or the disk that must know before it, did not come back in time.</summary>
    private void OnHeldDue()
    {
        var ended = new List<(int, Outcome)>();
        foreach (var link in _links.Values)
        {
            foreach (var batch in link.Unsent.Where(batch => batch.Until.Remaining(_environment.Time) == TimeSpan.Zero).ToArray())
            {
                link.Held.Remove(batch);
                ended.AddRange(batch.Ordinals.Where(ordinal => IsAwaited(ordinal, batch.Attempt)).Select(ordinal => (ordinal, Unsent(ordinal, link))));
            }
        }
        ArmHeld();
        if (ended.Count > 0)
            OnOutcomes(ended);
    }

    private Outcome Unsent(int ordinal, RouterLink link) => link.Router is null
        ? OutcomeFor(ordinal, Phase.Undelivered, Reasons.HostUnreachable, Effect.None, $"node {link.Node} does not answer: nothing was sent")
        : OutcomeFor(ordinal, Phase.Undelivered, Reasons.StoreUnavailable, Effect.None, $"that it goes to node {link.Node} could not be kept on disk, so nothing was sent");

    private void OnReceived(RouterEvents.Received received)
    {
        foreach (var link in _links.Values)
        {
            if (link.Incarnation == received.Incarnation && link.Unconfirmed.Remove(received.Sequence, out var sent) && sent.Message.IsReconciliation)
                Flush(link);
        }
    }

    private void OnProgressed(RouterEvents.Progressed progressed)
    {
        var items = progressed.Items.Where(item => item.Ordinal >= 0 && item.Ordinal < _state.Targets && IsAwaited(item.Ordinal, item.Attempt)).Select(item => (item.Ordinal, item.Progress)).ToArray();
        if (items.Length > 0)
            OnProgressed(items);
    }

    private void OnEnded(RouterEvents.Ended ended)
    {
        // A job that looks for its VMs yet is told again.
        if (_recovery is not null)
            return;
        var (fresh, isDone) = (new List<(int, Outcome)>(ended.Items.Count), true);
        foreach (var item in ended.Items.Where(item => item.Ordinal >= 0 && item.Ordinal < _state.Targets))
        {
            var (ordinal, outcome) = (item.Ordinal, Named(item));
            if (!item.IsAmendment && IsAwaited(ordinal, item.Attempt))
                fresh.Add((ordinal, outcome));
            else if (_state.OutcomeOf(ordinal) is { } known)
                AmendBy(item, known, outcome);
            else if (_state.AttemptOf(ordinal) == item.Attempt || item.IsAmendment)
                isDone = false;
        }
        if (fresh.Count > 0)
            OnOutcomes(fresh);
        if (isDone)
            AcknowledgeWhenKept(Sender, ended);
    }

    /// <summary>A node that had been given up tells after all what became of it; or its VM has heard of it late.</summary>
    private void AmendBy(RoutedOutcome item, Outcome known, Outcome outcome)
    {
        if (item.IsAmendment || (known.Attempt == item.Attempt && known.Reason is Reasons.NodeLost or Reasons.NodeStopped && outcome.Phase != Phase.Unknown))
            OnAmended(new FanOutEvents.Amended(_id, item.Ordinal, outcome));
    }

    /// <summary>The disk takes writes in order: when it has come here, it has all that was told.</summary>
    private void AcknowledgeWhenKept(IActorRef router, RouterEvents.Ended ended)
    {
        if (_journal.IsIdle)
            Acknowledge(router, ended.Batch);
        else
            _journal.Hold(new JobSteps.Acknowledge(router, ended.Batch));
    }

    private void Acknowledge(IActorRef router, long batch)
    {
        if (!_unacknowledged.TryGetValue(router, out var batches))
            _unacknowledged.Add(router, batches = []);
        batches.Add(batch);
        if (batches.Count == AcknowledgedAtOnce)
            AcknowledgeAll();
        else if (!Timers.IsTimerActive(AcknowledgeTimer))
            Timers.StartSingleTimer(AcknowledgeTimer, JobSignals.Due.Acknowledge, AcknowledgePause);
    }

    private void AcknowledgeAll()
    {
        foreach (var (router, batches) in _unacknowledged)
            router.Tell(new RouterCommands.Acknowledge(_id, _fleet!.Claim.Epoch, batches[0]) { Others = batches.Count > 1 ? batches[1..] : null });
        _unacknowledged.Clear();
    }

    private Outcome Named(RoutedOutcome item) => item.Outcome.Name.Length > 0
        ? item.Outcome
        : item.Outcome with { Vm = _targets[item.Ordinal].Vm, Name = _targets[item.Ordinal].Name, Host = _targets[item.Ordinal].Host };

    /// <summary>What has not been sent is not sent; the routers are asked to take back what is not written.</summary>
    private void TakeBack()
    {
        var unsent = new List<(int, Outcome)>();
        foreach (var link in _links.Values)
        {
            foreach (var batch in link.Unsent.ToArray())
            {
                link.Held.Remove(batch);
                unsent.AddRange(batch.Ordinals.Where(ordinal => IsAwaited(ordinal, batch.Attempt)).Select(ordinal => (ordinal, OutcomeFor(ordinal, Phase.Cancelled, null, Effect.None, "the job was stopped before it was sent"))));
            }
            link.Router?.Tell(new RouterCommands.Cancel(_id, _fleet!.Claim.Epoch), Self);
        }
        Conclude(unsent);
        StartResending();
    }

    private void ExtendDeadline(IEnumerable<int> ordinals)
    {
        foreach (var ordinal in ordinals)
            _extended[ordinal] = Now + EvidenceGrace;
        Expect(Now + EvidenceGrace, [.. ordinals.Select(ordinal => (ordinal, _state.AttemptOf(ordinal)))]);
    }

    private bool IsExtended(int ordinal) => _extended.TryGetValue(ordinal, out var until) && until > Now;

    /// <summary>No word of it from its node in time.</summary>
    private Outcome Lost(int ordinal)
    {
        var link = LinkOf(ordinal);
        if (link.Router is not null && !link.Unconfirmed.Values.Any(sent => sent.Batch.Ordinals.Contains(ordinal)))
            return NoOutcome(ordinal);
        var effect = Spec.Command.Class == CommandClass.ReadOnly ? Effect.None : Effect.Unknown;
        return OutcomeFor(ordinal, Phase.Unknown, Reasons.NodeLost, effect, $"node {link.Node} was lost after the command had gone to it, and did not tell in time what became of it");
    }
}
