using Akka.Actor;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.FanOut;

/// <summary>
/// One job: freezes the target list, keeps it, sends it to the nodes at its pace, gathers exactly one outcome per target and lets readers pull them.
/// Child of <see cref="JobSupervisor"/>. Behaviours: Resolving or Locating → Accepting → Running → Ended.
/// </summary>
/// <remarks>
/// A job that changes guests is durable: it is on disk before anything of it is sent and before its caller hears of it, each target's intent before
/// the target gets the command, and an outcome before anybody sees it. A job that only reads is kept too, when there is time.
/// </remarks>
internal sealed partial class JobActor : UntypedActor, IWithTimers
{
    private readonly string _id;
    private readonly JobSpec? _spec;
    private readonly FanOutEnvironment _environment;
    private readonly JobStart _start;
    private readonly long _startedAt;
    private readonly bool _isDurable;
    private readonly JobJournal _journal;
    private readonly TimeSpan _ageAtStart;
    private InventoryEntry?[] _entries = [];
    private IReadOnlyList<StoredTarget> _targets = [];
    private JobState _state;
    private JobPacing _pacing;
    private IActorRef? _requester;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public JobActor(JobStart start, FanOutEnvironment environment, IReadOnlyList<JobSignals.RouterUp> routers)
    {
        (_start, _id, _environment) = (start, start.JobId, environment);
        _fleet = environment.Routers as FanOutRouters.Fleet;
        _startedAt = environment.Time.GetTimestamp();
        _ageAtStart = start is JobStart.Unfinished { Job.Header.CreatedAt: var created } && environment.Time.GetUtcNow() > created ? environment.Time.GetUtcNow() - created : TimeSpan.Zero;
        _journal = new JobJournal(environment.Store, Self);
        (_spec, _requester) = start switch
        {
            JobStart.New made => (made.Spec, made.Requester),
            JobStart.Repeated repeated => (repeated.Spec, repeated.Requester),
            JobStart.Unfinished unfinished => (unfinished.Spec, null),
            JobStart.Past past => (past.Spec, null),
            _ => ((JobSpec?)null, (IActorRef?)null),
        };
        _isDurable = _spec is { } spec && (spec.Command.Class != CommandClass.ReadOnly || spec.IdempotencyKey is not null);
        _trace = TraceOf(start);
        _plan = _spec is null ? null! : PlanOf(_id, _spec);
        _state = new JobState(Header(), 0);
        _pacing = new JobPacing([], JobPace.Unlimited);
        EncodeForRouters();
        foreach (var up in routers)
            LinkOf(up.Node).Up(up.Router, up.Incarnation);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _environment.Time.GetElapsedTime(_startedAt);

    private JobSpec Spec => _spec!;

    /// <param name="start">What it begins with.</param>
    /// <param name="environment">What it shares with others.</param>
    /// <param name="routers">In a cluster: those that can be reached now; the supervisor tells changes.</param>
    public static Props PropsFor(JobStart start, FanOutEnvironment environment, IReadOnlyList<JobSignals.RouterUp> routers) =>
        Props.Create(() => new JobActor(start, environment, routers));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        switch (_start)
        {
            case JobStart.New made:
                _environment.Inventory.Tell(new InventoryQueries.Select(made.Spec.Target));
                Become(Resolving);
                break;
            case JobStart.Repeated repeated:
                _targets = repeated.Targets;
                Become(Resolving);
                break;
            case JobStart.Unfinished unfinished:
                Restore(unfinished.Job);
                Become(Locating);
                break;
            case JobStart.Past past:
                RestorePast(past.Job);
                Become(Ended);
                break;
            case JobStart.Abandoned abandoned:
                RestorePast(abandoned.Job);
                Abandon(abandoned);
                Become(Ended);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message) => Unhandled(message);

    private void Resolving(object message)
    {
        switch (message)
        {
            case InventoryReplies.Selection selection:
                OnResolved([.. selection.Entries]);
                break;
            case JobSignals.Located located when _start is JobStart.Repeated:
                Context.Parent.Tell(new JobSignals.Settled(_id));
                OnResolved([.. _targets.Select(target => located.Vms.Find(target, isLast: true))]);
                break;
            default:
                Accepting(message);
                break;
        }
    }

    private void Accepting(object message)
    {
        switch (message)
        {
            case JobSignals.Known known:
                _known.Add(known.Requester);
                break;
            case JobSignals.Written written:
                OnWritten(written);
                break;
            case JobSignals.NotWritten failed:
                OnNotWritten(failed);
                break;
            case JobSignals.Leave:
                OnLeave();
                break;
            case JobQueries.Get or JobQueries.Read or JobQueries.Inspect or JobCommands.Cancel or JobCommands.Pause or JobCommands.Resume:
                // A listing asks every job; nobody else can know this one yet.
                Sender.Tell(new JobReplies.Rejected("job-not-found", $"the job {_id} is not accepted yet"));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Running(object message)
    {
        switch (message)
        {
            case FanOutEvents.Outcomes outcomes:
                OnOutcomes(outcomes.Items);
                break;
            case FanOutEvents.Progressed progressed:
                OnProgressed(progressed.Items);
                break;
            case JobQueries.Read { Wait: true } read when read.After >= _state.Outcomes.Count:
                _readers.Park(Sender, read, Answer);
                break;
            case JobCommands.Cancel:
                OnCancel();
                break;
            case JobCommands.Pause:
                OnPause(isPaused: true);
                break;
            case JobCommands.Resume:
                OnPause(isPaused: false);
                break;
            case JobSignals.Due due:
                OnDue(due);
                break;
            case JobSignals.Elsewhere looked:
                OnElsewhere(looked);
                break;
            case JobSignals.ElsewhereDue due:
                LookElsewhere(due.Ordinal, due.Outcome, due.Until);
                break;
            default:
                Ended(message);
                break;
        }
    }

    private void Ended(object message)
    {
        switch (message)
        {
            case JobSignals.Written written:
                OnWritten(written);
                break;
            case JobSignals.NotWritten failed:
                OnNotWritten(failed);
                break;
            case JobQueries.Get or JobCommands.Cancel or JobCommands.Pause or JobCommands.Resume:
                Sender.Tell(new JobReplies.Found(Snapshot()));
                break;
            case JobQueries.Read read:
                Answer(Sender, read);
                break;
            case JobQueries.Inspect inspect:
                OnInspect(inspect);
                break;
            case JobSignals.Known known:
                known.Requester.Tell(new JobReplies.Accepted(Snapshot()) { IsKnown = true });
                break;
            case JobSignals.Repeat repeat:
                OnRepeat(repeat);
                break;
            case FanOutEvents.Amended amended:
                OnAmended(amended);
                break;
            case JobSignals.Leave:
                OnLeave();
                break;
            case JobSignals.Due flush when flush == JobSignals.Due.Flush:
                _journal.Flush();
                break;
            case JobSignals.Due acknowledge when acknowledge == JobSignals.Due.Acknowledge:
                AcknowledgeAll();
                break;
            case ILocalSignal:
                // An outcome that was already made up for.
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnResolved(InventoryEntry?[] entries)
    {
        if (Refusal(entries) is { } refusal)
        {
            Reject(refusal);
            return;
        }
        _entries = entries;
        BeginSpan();
        if (_start is JobStart.New)
            _targets = [.. entries.Select(entry => new StoredTarget(entry!.Snapshot.Id, entry.Snapshot.Name, entry.Snapshot.Host))];
        _state = new JobState(Header(), entries.Length);
        _pacing = new JobPacing([.. _targets.Select(target => target.Host)], Spec.Pace, _isDurable ? Window : null);
        var first = _isDurable ? _pacing.Take(Now) : null;
        var reached = first is null ? [] : NewRouters(first.Begin);
        var created = new JobWrite.Created(new StoredJob { Header = Snapshot(), Document = Spec.Document, IdempotencyKey = Spec.IdempotencyKey, Targets = _targets });
        if (!_isDurable)
        {
            Hold(created);
            OnAccepted([]);
            return;
        }
        Become(Accepting);
        _journal.Write(new JobSteps.Accept(first!.Begin) { Reached = reached }, first.Begin.Count == 0 ? [created] : [created, new JobWrite.Dispatched(_id, 1, first.Begin)]);
    }

    private JobReplies.Rejected? Refusal(InventoryEntry?[] entries)
    {
        if (entries.Length == 0 && !Spec.AllowEmpty)
            return new JobReplies.Rejected("no-targets", $"the selector '{Spec.Target.Text}' matches no VM: 'orchestrator vm ls' shows the names, labels and states there are");
        if (_start is not JobStart.New || Spec.ExpectedTargets is not { } expected)
            return null;
        var now = entries.Select(entry => entry!.Snapshot).ToArray();
        return string.Equals(expected, TargetHash.Of(now), StringComparison.OrdinalIgnoreCase)
            ? null
            : new JobReplies.Rejected("targets-changed", $"the targets are others than planned: {TargetHash.Difference(Spec.ExpectedNames, now)}. Nothing was sent: plan anew");
    }

    private void Reject(JobReplies.Rejected rejected)
    {
        foreach (var requester in Requesters())
            requester.Tell(rejected);
        Context.Parent.Tell(new JobSignals.Ended(_id, -1));
    }

    /// <summary>The job is a job: its caller hears of it.</summary>
    private void OnAccepted(IReadOnlyList<int> begin)
    {
        Become(Running);
        CountBegin();
        StartDeadline();
        Dispatch(begin);
        Pump();
        EndIfComplete();
        foreach (var requester in Requesters())
            requester.Tell(new JobReplies.Accepted(Snapshot()) { IsKnown = !requester.Equals(_requester) });
        (_requester, _known) = (null, []);
    }

    private IEnumerable<IActorRef> Requesters() => _requester is null ? _known : [_requester, .. _known];

    private JobSnapshot Header() => _start switch
    {
        JobStart.Unfinished unfinished => unfinished.Job.Header,
        JobStart.Past past => past.Job.Header,
        JobStart.Abandoned abandoned => abandoned.Job.Header,
        _ => new JobSnapshot
        {
            Id = _id,
            Command = Spec.Name,
            Target = Spec.Target.Text,
            Phase = JobPhase.Running,
            Targets = 0,
            Counts = NoCounts,
            Reasons = NoReasons,
            CreatedAt = _environment.Time.GetUtcNow(),
            Elapsed = TimeSpan.Zero,
            Comment = Spec.Comment,
            RetryOf = (_start as JobStart.Repeated)?.RetryOf,
            Traceparent = Traceparent,
            Routers = _fleet is null ? null : new Dictionary<string, int>(),
        },
    };
}
