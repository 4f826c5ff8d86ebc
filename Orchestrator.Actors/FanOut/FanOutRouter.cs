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
    private bool _sendDue;

    /// <summary>This node's part of one job.</summary>
    private sealed class Part(string jobId, IActorRef job)
    {
        public string JobId { get; } = jobId;

        public IActorRef Job { get; } = job;

        public Dictionary<Invocation, FanOutTarget> Pending { get; } = [];

        public List<(int Ordinal, Outcome Outcome)> Ended { get; set; } = [];
    }

    private sealed class SendDue : ILocalSignal
    {
        public static readonly SendDue Instance = new();
    }

    /// <summary>Props.</summary>
    public static Props PropsFor() => Props.Create(() => new FanOutRouter());

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case FanOutEvents.InvocationEnded ended:
                OnEnded(ended.Invocation, ended.Outcome);
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
        var part = new Part(dispatch.Plan.JobId, Sender);
        _parts.Add(part.JobId, part);
        foreach (var target in dispatch.Targets)
        {
            var invocation = new Invocation(dispatch.Plan, target.Ordinal, target.Vm, Self) { Reconciliation = target.Reconciliation };
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
        part.Ended.Add((invocation.Ordinal, outcome));
        if (part.Pending.Count == 0 || part.Ended.Count >= MaxBatch)
        {
            Send(part);
            return;
        }
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
                OnEnded(invocation, NotFound(target.Snapshot));
        }
    }

    private static Outcome NotFound(Vms.VmSnapshot vm) => new()
    {
        Vm = vm.Id,
        Name = vm.Name,
        Host = vm.Host,
        Phase = Phase.Undelivered,
        Reason = Reasons.VmNotFound,
        Effect = Effect.None,
        Message = "the VM left before its turn came",
    };

    private void SendAll()
    {
        _sendDue = false;
        foreach (var part in _unsent.ToArray())
            Send(part);
    }

    private void Send(Part part)
    {
        _unsent.Remove(part);
        part.Job.Tell(new FanOutEvents.Outcomes(part.JobId, part.Ended));
        part.Ended = [];
        if (part.Pending.Count == 0)
            _parts.Remove(part.JobId);
    }
}
