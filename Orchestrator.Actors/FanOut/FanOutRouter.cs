using Akka.Actor;

namespace Orchestrator.Actors.FanOut;

/// <summary>
/// One node's part of every fan-out: gives each of its VMs an invocation, and sends outcomes back in batches, so that messages between nodes grow
/// with nodes and not with VMs. One per node.
/// </summary>
public sealed class FanOutRouter : UntypedActor
{
    private const int MaxBatch = 256;

    private readonly Dictionary<string, Part> _parts = [];
    private readonly HashSet<Part> _unsent = [];
    private IActorRef _amendments = ActorRefs.Nobody;
    private bool _sendDue;

    /// <summary>This node's part of one job.</summary>
    private sealed class Part(string jobId, CommandRoute route, IActorRef job)
    {
        public string JobId { get; } = jobId;

        public CommandRoute Route { get; } = route;

        public IActorRef Job { get; } = job;

        public Dictionary<Invocation, FanOutTarget> Pending { get; } = [];

        public List<(int Ordinal, Outcome Outcome)> Ended { get; set; } = [];

        public List<(int Ordinal, InvocationProgress Progress)> Progressed { get; set; } = [];
    }

    private sealed class SendDue : ILocalSignal
    {
        public static readonly SendDue Instance = new();
    }

    /// <summary>Props.</summary>
    public static Props PropsFor() => Props.Create(() => new FanOutRouter());

    /// <summary>A process may have several in its life: each takes along what it counted.</summary>
    protected override void PostStop() => FanOutMetrics.Pending.Add(-_parts.Values.Sum(part => part.Pending.Count + part.Ended.Count));

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case FanOutEvents.InvocationEnded ended:
                OnEnded(ended.Invocation, ended.Outcome);
                break;
            case FanOutEvents.InvocationProgressed progressed:
                OnProgressed(progressed.Invocation, progressed.Progress);
                break;
            case SendDue:
                SendAll();
                break;
            case FanOutCommands.Dispatch dispatch:
                OnDispatch(dispatch);
                break;
            case FanOutCommands.Cancel cancel:
                OnCancel(cancel.JobId);
                break;
            case FanOutEvents.Amended amended:
                _amendments.Tell(amended);
                break;
            case FanOutCommands.ReportAmendments:
                _amendments = Sender;
                break;
            case Terminated terminated:
                OnVmGone(terminated.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnDispatch(FanOutCommands.Dispatch dispatch)
    {
        if (!_parts.TryGetValue(dispatch.Plan.JobId, out var part))
            _parts.Add(dispatch.Plan.JobId, part = new Part(dispatch.Plan.JobId, dispatch.Plan.Route, Sender));
        FanOutMetrics.Pending.Add(dispatch.Targets.Count);
        foreach (var target in dispatch.Targets)
        {
            var invocation = new Invocation(dispatch.Plan, target.Ordinal, target.Vm, Self) { Reconciliation = target.Reconciliation, Span = FanOutSpans.StartInvocation(dispatch.Plan, target) };
            part.Pending.Add(invocation, target);
            Context.Watch(target.Vm);
            target.Vm.Tell(invocation);
        }
    }

    /// <summary>Outcomes that are already in the mailbox travel together: the batch goes out when the router has caught up, without a timer's wait.</summary>
    private void OnEnded(Invocation invocation, Outcome outcome)
    {
        if (!_parts.TryGetValue(invocation.Plan.JobId, out var part) || !part.Pending.Remove(invocation))
            return;
        if (invocation.Span is { } span)
            FanOutSpans.End(span, outcome);
        part.Ended.Add((invocation.Ordinal, outcome));
        if (part.Pending.Count == 0 || part.Ended.Count >= MaxBatch)
        {
            Send(part);
            return;
        }
        SendSoon(part);
    }

    private void OnProgressed(Invocation invocation, InvocationProgress progress)
    {
        if (!_parts.TryGetValue(invocation.Plan.JobId, out var part) || !part.Pending.ContainsKey(invocation))
            return;
        part.Progressed.Add((invocation.Ordinal, progress));
        SendSoon(part);
    }

    private void SendSoon(Part part)
    {
        _unsent.Add(part);
        if (_sendDue)
            return;
        _sendDue = true;
        Self.Tell(SendDue.Instance);
    }

    private void OnCancel(string jobId)
    {
        if (!_parts.TryGetValue(jobId, out var part))
            return;
        foreach (var (invocation, target) in part.Pending)
            target.Vm.Tell(new Vms.VmCommands.CancelInvocation(invocation));
    }

    /// <summary>The VM's actor ended what it had taken; what still lay in its mailbox was never begun.</summary>
    private void OnVmGone(IActorRef vm)
    {
        foreach (var part in _parts.Values.ToArray())
        {
            foreach (var (invocation, target) in part.Pending.Where(pending => pending.Value.Vm.Equals(vm)).ToArray())
                OnEnded(invocation, NotFound(target));
        }
    }

    private static Outcome NotFound(FanOutTarget target)
    {
        var outcome = new Outcome
        {
            Vm = target.Snapshot.Id,
            Name = target.Snapshot.Name,
            Host = target.Snapshot.Host,
            Phase = Phase.Undelivered,
            Reason = Reasons.VmNotFound,
            Effect = Effect.None,
            Message = "the VM left before its turn came",
        };
        return target.Reconciliation is null
            ? outcome
            : outcome with { Phase = Phase.Unknown, Reason = Reasons.VmLost, Effect = Effect.Unknown, Message = "the command may have been sent before the node was stopped, and the VM left before it could be asked" };
    }

    private void SendAll()
    {
        _sendDue = false;
        foreach (var part in _unsent.ToArray())
            Send(part);
    }

    private void Send(Part part)
    {
        _unsent.Remove(part);
        if (part.Progressed.Count > 0)
            part.Job.Tell(new FanOutEvents.Progressed(part.JobId, part.Progressed));
        if (part.Ended.Count > 0)
        {
            FanOutMetrics.Count(part.Route, part.Ended);
            part.Job.Tell(new FanOutEvents.Outcomes(part.JobId, part.Ended));
        }
        (part.Progressed, part.Ended) = ([], []);
        if (part.Pending.Count == 0)
            _parts.Remove(part.JobId);
    }
}
