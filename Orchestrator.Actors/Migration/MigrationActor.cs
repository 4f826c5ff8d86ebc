using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Telemetry;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Migration;

/// <summary>
/// One VM's migration: carries out what its <see cref="MigrationMachine"/> wants, and tells it what comes of that. Child of the
/// <see cref="MigrationSupervisor"/>. Every wait has its end in the machine, and the whole one in the job's deadline.
/// </summary>
internal sealed partial class MigrationActor : UntypedActor, IWithTimers
{
    private const string PollTimer = "poll";
    private const string DestinationTimer = "poll-destination";
    private const string PhaseTimer = "phase";
    private const string DeadlineTimer = "deadline";

    private static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ArrivalPause = TimeSpan.FromMilliseconds(25);

    private readonly DriveCommands.Begin _begin;
    private readonly MigrationEnvironment _environment;
    private readonly IActorRef _vm;
    private readonly IMigrationPeer _source;
    private readonly CancellationTokenSource _ended = new();
    private MigrationMachine _machine;
    private MigrationSnapshot _snapshot;
    private IMigrationPeer? _destination;
    private int _wait;
    private bool _isPolling;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public MigrationActor(MigrationSnapshot snapshot, DriveCommands.Begin begin, IActorRef vm, MigrationEnvironment environment)
    {
        (_snapshot, _begin, _vm, _environment) = (snapshot, begin, vm, environment);
        _machine = new MigrationMachine(snapshot.Spec);
        _source = environment.PeerOf(new InventoryEntry(begin.Vm, vm));
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private static Placeholders PlacesOf(MigrationSnapshot migration) => new(migration.Vm.Name, migration.Vm.Id?.ToString() ?? "", migration.Vm.Host, migration.Spec.To);

    public static Props PropsFor(MigrationSnapshot snapshot, DriveCommands.Begin begin, IActorRef vm, MigrationEnvironment environment) =>
        Props.Create(() => new MigrationActor(snapshot, begin, vm, environment));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _source.Follow(Self);
        Timers.StartSingleTimer(DeadlineTimer, new DriveSignals.DeadlinePassed(), _begin.Invocation.Plan.Deadline.Remaining(_environment.Time));
        if (_begin.Invocation.Reconciliation is not null)
            Recover();
        else if (_begin.Vm.Freeze == FreezeState.Thawed)
            Take(new MigrationInput.Begin());
        else
            _vm.Tell(new LeaseCommands.ThawAny(Force: true));
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _ended.Cancel();
        _ended.Dispose();
        _source.Unfollow(Self);
        _source.Tell(AgentHold.Release.Instance, Self);
        _destination?.Unfollow(Self);
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case DriveSignals.GiveUp give:
                Take(new MigrationInput.GiveUp(give.Verdict));
                break;
            case DriveSignals.DeadlinePassed:
                Take(new MigrationInput.GiveUp(new Verdict(Phase.Failed, Reasons.MigrationNotConverged, Effect.None, "the deadline passed before its end: give it more time or bandwidth, or let the guest be slowed down (--auto-converge) or run ahead (--post-copy). The guest goes on at the source")));
                break;
            case LeaseReplies.ThawTold told:
                Take(told.Result is ThawResult.Thawed or ThawResult.NotFrozen
                    ? new MigrationInput.Begin()
                    : new MigrationInput.Rejected(new Rejection(Phase.Undelivered, Reasons.FsFrozen, $"the guest could not be thawed: {told.Message}")));
                break;
            case DriveSignals.Found found:
                OnFound(found);
                break;
            case DriveSignals.Checked told:
                OnChecked(told);
                break;
            case DriveSignals.Answered answered:
                Take(new MigrationInput.Answered(answered.Ask, answered.Result));
                break;
            case DriveSignals.PollDue:
                Poll();
                break;
            case DriveSignals.Polled polled:
                OnPolled(polled);
                break;
            case DriveSignals.DestinationPollDue:
                _destination!.AskAsync(MigrationFacts.Questions[2], MigrationMachine.AnswerPatience).PipeTo(Self, success: result => new DriveSignals.DestinationPolled(result));
                break;
            case DriveSignals.DestinationPolled polled:
                Take(new MigrationInput.Arrived(RunStateOf(polled.Result)));
                break;
            case DriveSignals.Overdue overdue when overdue.Wait == _wait:
                Take(MigrationInput.Overdue.Instance);
                break;
            case AgentHold.Held held:
                Take(new MigrationInput.Held(held.IsDrained, held.MayBeCut));
                break;
            case VmEvents.Told told:
                OnEvent(told);
                break;
            case VmEvents.Left when Sender.Equals(_source.Origin):
                Take(new MigrationInput.Left(DriveSide.Source));
                break;
            case VmEvents.Left when Sender.Equals(_destination?.Origin):
                Take(new MigrationInput.Left(DriveSide.Destination));
                break;
            case ILocalSignal:
                // Of a wait or a question of before.
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Take(MigrationInput input)
    {
        var before = _machine.Phase;
        var (next, actions) = _machine.On(input);
        _machine = next;
        if (next.Phase != before)
        {
            _wait++;
            MigrationLogEntries.Entered(Context.Log<MigrationActor>(), _begin.Vm.Name, next.Phase.ToString());
        }
        foreach (var action in actions)
            Carry(action);
        if (next.Phase != DrivePhase.Ended)
            Show(_snapshot with { Phase = next.Phase, Status = next.Status, IsDrained = next.IsDrained });
    }

    private void Carry(MigrationAction action)
    {
        switch (action)
        {
            case MigrationAction.Find:
                FindAsync(_begin.Vm, _ended.Token).PipeTo(Self, failure: e => new DriveSignals.Found(null, false, e.Message));
                break;
            case MigrationAction.Check:
                CheckAsync(_source, _destination!).PipeTo(Self, failure: e => new DriveSignals.Checked(null, null, $"a QEMU's answer is not understood: {e.Message}"));
                break;
            case MigrationAction.Ask ask:
                (ask.Side == DriveSide.Source ? _source : _destination!).AskAsync(ask.Command, MigrationMachine.AnswerPatience)
                    .PipeTo(Self, success: result => new DriveSignals.Answered(ask.What, result));
                break;
            case MigrationAction.Poll when !Timers.IsTimerActive(PollTimer):
                Timers.StartSingleTimer(PollTimer, new DriveSignals.PollDue(), PollPause);
                break;
            case MigrationAction.PollDestination:
                Timers.StartSingleTimer(DestinationTimer, new DriveSignals.DestinationPollDue(), ArrivalPause);
                break;
            case MigrationAction.Hold hold:
                _source.Tell(new AgentHold.Take(hold.Drain, hold.Drain + MigrationMachine.ConvergePatience + MigrationMachine.SwitchoverPatience), Self);
                break;
            case MigrationAction.Release:
                _source.Tell(AgentHold.Release.Instance, Self);
                break;
            case MigrationAction.Arm arm:
                Timers.StartSingleTimer(PhaseTimer, new DriveSignals.Overdue(++_wait), arm.After);
                break;
            case MigrationAction.End end:
                End(end.Verdict);
                break;
        }
    }

    private void OnEvent(VmEvents.Told told)
    {
        if (!Sender.Equals(_source.Origin))
            return;
        switch (MigrationStatus.ReadEvent(told.Message.Span))
        {
            case ("MIGRATION", { } status):
                Take(new MigrationInput.Told(_machine.Status.At(status)));
                break;
            case ("MIGRATION_PASS", _):
                Poll();
                break;
        }
    }

    private void Poll()
    {
        if (_isPolling)
            return;
        _isPolling = true;
        _source.AskAsync(MigrationFacts.Questions[3], MigrationMachine.AnswerPatience).PipeTo(Self, success: result => new DriveSignals.Polled(result));
    }

    /// <summary>A source that cannot be asked for a while may be on its way all the same: it is asked again, until the phase's wait is over.</summary>
    private void OnPolled(DriveSignals.Polled polled)
    {
        _isPolling = false;
        if (MigrationStatus.Read(polled.Result) is { } status)
            Take(new MigrationInput.Told(status));
        else
            Carry(new MigrationAction.Poll());
    }

    private void Show(MigrationSnapshot snapshot)
    {
        if (snapshot == _snapshot)
            return;
        _snapshot = snapshot;
        Context.Parent.Tell(new DriveSignals.Progressed(snapshot));
    }

    private void End(Verdict verdict)
    {
        var ended = verdict with { Result = MigrationResult.Of(_snapshot with { Status = _machine.Status, IsDrained = _machine.IsDrained }) };
        Show(_snapshot with
        {
            Phase = DrivePhase.Ended,
            Status = _machine.Status,
            IsDrained = _machine.IsDrained,
            Outcome = verdict.Phase,
            Reason = verdict.Reason,
            Message = verdict.Message,
            EndedAt = _environment.Time.GetUtcNow(),
        });
        _vm.Tell(new DriveEvents.Ended(_begin.Invocation, ended));
        Context.Stop(Self);
    }
}
