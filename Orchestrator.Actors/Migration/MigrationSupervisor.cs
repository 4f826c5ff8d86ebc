using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Actors.Migration;

/// <summary>The migrations whose sources this node has: so many at a time, the others in the order in which they came. One per node.</summary>
public sealed class MigrationSupervisor : UntypedActor
{
    private const int MaxWaiting = 4096;
    private const int MaxEnded = 256;

    private readonly MigrationEnvironment _environment;
    private readonly LinkedList<Asked> _waiting = [];
    private readonly Dictionary<IActorRef, Asked> _running = [];
    private readonly Queue<MigrationSnapshot> _ended = new();
    private readonly List<IActorRef> _stoppers = [];

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public MigrationSupervisor(MigrationEnvironment environment) => _environment = environment;

    /// <summary>Props.</summary>
    public static Props PropsFor(MigrationEnvironment environment) => Props.Create(() => new MigrationSupervisor(environment));

    /// <summary>One that fails is not begun anew: nobody would know what it had done.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case DriveCommands.Begin begin:
                OnBegin(begin);
                break;
            case DriveCommands.Cancel cancel:
                GiveUp(asked => ReferenceEquals(asked.Begin.Invocation, cancel.Invocation), Cancelled);
                break;
            case DriveSignals.Progressed progressed when _running.TryGetValue(Sender, out var asked):
                asked.Snapshot = progressed.Snapshot;
                break;
            case MigrationQueries.List:
                Sender.Tell(List());
                break;
            case MigrationOrders.StopAll:
                OnStopAll();
                break;
            case Terminated terminated:
                OnTerminated(terminated.ActorRef);
                break;
            case ILocalSignal:
                // Of one that has ended.
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private static Verdict Cancelled => new(Phase.Cancelled, null, Effect.None, "cancelled: the guest goes on at the source");

    private void OnBegin(DriveCommands.Begin begin)
    {
        if (_waiting.Count >= MaxWaiting)
        {
            Sender.Tell(new DriveEvents.Ended(begin.Invocation, new Verdict(Phase.Undelivered, Reasons.VmBusy, Effect.None, $"{MaxWaiting} migrations already wait on this node")));
            return;
        }
        MigrationSpec spec;
        try
        {
            spec = MigrationSpec.Read(begin.Invocation.Plan.Command);
        }
        catch (FormatException e)
        {
            Sender.Tell(new DriveEvents.Ended(begin.Invocation, new Verdict(Phase.Refused, Reasons.InvalidArgument, Effect.None, e.Message)));
            return;
        }
        var now = _environment.Time;
        _waiting.AddLast(new Asked(begin, Sender) { Snapshot = new MigrationSnapshot(JobIds.Next(now), begin.Invocation.Plan.JobId, begin.Vm, spec, DrivePhase.Queued, MigrationStatus.None, now.GetUtcNow()) });
        StartNext();
    }

    private void StartNext()
    {
        while (_running.Count < _environment.Concurrency && _waiting.First is { Value: var next })
        {
            _waiting.RemoveFirst();
            if (next.Begin.Invocation.Plan.Deadline.Remaining(_environment.Time) == TimeSpan.Zero)
                EndUnbegun(next, new Verdict(Phase.Undelivered, Reasons.QueueDeadline, Effect.None, "the deadline passed before its turn"));
            else
                _running.Add(Context.Watch(Context.ActorOf(MigrationActor.PropsFor(next.Snapshot, next.Begin, next.Vm, _environment), next.Snapshot.Id)), next);
        }
    }

    private void GiveUp(Func<Asked, bool> which, Verdict verdict)
    {
        foreach (var asked in _waiting.Where(which).ToArray())
        {
            _waiting.Remove(asked);
            EndUnbegun(asked, verdict);
        }
        foreach (var (migration, _) in _running.Where(running => which(running.Value)))
            migration.Tell(new DriveSignals.GiveUp(verdict));
    }

    private void OnStopAll()
    {
        _stoppers.Add(Sender);
        GiveUp(_ => true, new Verdict(Phase.Failed, Reasons.NodeStopped, Effect.None, "the node stops: the guest goes on at the source"));
        AnswerStoppers();
    }

    private void AnswerStoppers()
    {
        if (_running.Count > 0)
            return;
        foreach (var stopper in _stoppers)
            stopper.Tell(List());
        _stoppers.Clear();
    }

    private MigrationReplies.Migrations List() =>
        new([.. _waiting.Concat(_running.Values).Select(asked => asked.Snapshot).Concat(_ended).OrderByDescending(migration => migration.Id, StringComparer.Ordinal)]);

    private void EndUnbegun(Asked asked, Verdict verdict)
    {
        asked.Vm.Tell(new DriveEvents.Ended(asked.Begin.Invocation, verdict));
        Keep(asked.Snapshot with { Phase = DrivePhase.Ended, Outcome = verdict.Phase, Reason = verdict.Reason, Message = verdict.Message, EndedAt = _environment.Time.GetUtcNow() });
    }

    private void OnTerminated(IActorRef migration)
    {
        if (!_running.Remove(migration, out var asked))
            return;
        if (asked.Snapshot.Phase == DrivePhase.Ended)
        {
            Keep(asked.Snapshot);
        }
        else
        {
            MigrationLogEntries.Lost(Context.Log<MigrationSupervisor>(), asked.Snapshot.Vm.Name, asked.Snapshot.Spec.To);
            EndUnbegun(asked, new Verdict(Phase.Unknown, Reasons.NodeStopped, Effect.Unknown, "what followed it here has failed (the node's log tells why): look at 'query-migrate' of its QEMU"));
        }
        StartNext();
        AnswerStoppers();
    }

    private void Keep(MigrationSnapshot ended)
    {
        MigrationLogEntries.Ended(Context.Log<MigrationSupervisor>(), ended.Vm.Name, ended.Spec.To, ended.Outcome.ToString()!, ended.Reason, ended.Message);
        _ended.Enqueue(ended);
        if (_ended.Count > MaxEnded)
            _ended.Dequeue();
    }

    private sealed class Asked(DriveCommands.Begin begin, IActorRef vm)
    {
        public DriveCommands.Begin Begin => begin;

        public IActorRef Vm => vm;

        public required MigrationSnapshot Snapshot { get; set; }
    }
}
