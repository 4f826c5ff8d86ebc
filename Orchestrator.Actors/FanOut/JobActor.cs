using Akka.Actor;
using Orchestrator.Actors.VmHosts;

namespace Orchestrator.Actors.FanOut;

/// <summary>
/// One job: freezes the target list, sends it to the nodes, gathers exactly one outcome per target and lets readers pull them.
/// Child of <see cref="JobSupervisor"/>. Behaviours: Resolving → Running → Ended.
/// </summary>
internal sealed class JobActor : UntypedActor, IWithTimers
{
    private const int PageSize = 512;
    private const int MaxWaitingReaders = 256;
    private const string OverdueTimer = "overdue";
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly string _id;
    private readonly JobSpec _spec;
    private readonly JobPlan _plan;
    private readonly FanOutEnvironment _environment;
    private readonly IActorRef _requester;
    private readonly long _startedAt;
    private readonly PageReaders<JobQueries.Read> _readers = new(MaxWaitingReaders);
    private IReadOnlyList<InventoryEntry> _targets = [];
    private JobState _state;
    private TimeSpan? _took;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public JobActor(string id, JobSpec spec, IActorRef requester, FanOutEnvironment environment)
    {
        (_id, _spec, _requester, _environment) = (id, spec, requester, environment);
        _startedAt = environment.Time.GetTimestamp();
        var plan = new JobPlan(id, spec.Route, spec.Command, Deadline.After(spec.Timeout, environment.Time));
        _plan = spec.Composite is { } composite ? plan with { Composite = composite } : plan;
        _state = NewState(targets: 0);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(string id, JobSpec spec, IActorRef requester, FanOutEnvironment environment) =>
        Props.Create(() => new JobActor(id, spec, requester, environment));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _environment.Inventory.Tell(new InventoryQueries.Select(_spec.Target));
        Become(Resolving);
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message) => Unhandled(message);

    private void Resolving(object message)
    {
        switch (message)
        {
            case InventoryReplies.Selection selection:
                OnResolved(selection.Entries);
                break;
            case JobQueries.Get:
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
                OnOutcomes(outcomes);
                break;
            case JobQueries.Read { Wait: true } read when read.After >= _state.Outcomes.Count:
                _readers.Park(Sender, read, Answer);
                break;
            case JobCommands.Cancel:
                _state.CancelRequested = true;
                _environment.Router.Tell(new FanOutCommands.Cancel(_id));
                Sender.Tell(new JobReplies.Found(Snapshot()));
                break;
            case JobSignals.Overdue:
                OnOverdue();
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
            case JobQueries.Get or JobCommands.Cancel:
                Sender.Tell(new JobReplies.Found(Snapshot()));
                break;
            case JobQueries.Read read:
                Answer(Sender, read);
                break;
            case ILocalSignal:
                // An outcome that was already made up for.
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnResolved(IReadOnlyList<InventoryEntry> targets)
    {
        if (targets.Count == 0 && !_spec.AllowEmpty)
        {
            _requester.Tell(new JobReplies.Rejected("no-targets", $"the selector '{_spec.Target.Text}' matches no VM: 'orchestrator vm ls' shows the names, labels and states there are"));
            Context.Parent.Tell(new JobSignals.Ended(_id, -1));
            return;
        }
        _targets = targets;
        _state = NewState(targets.Count);
        Become(Running);
        if (targets.Count > 0)
        {
            Timers.StartSingleTimer(OverdueTimer, JobSignals.Overdue.Instance, _spec.Timeout + Grace);
            _environment.Router.Tell(new FanOutCommands.Dispatch(_plan, [.. targets.Select((entry, ordinal) => new FanOutTarget(ordinal, entry.Vm, entry.Snapshot))]));
        }
        EndIfComplete();
        _requester.Tell(new JobReplies.Accepted(Snapshot()));
    }

    private void OnOutcomes(FanOutEvents.Outcomes outcomes)
    {
        foreach (var (ordinal, outcome) in outcomes.Items)
            _state.Add(ordinal, outcome);
        EndIfComplete();
        _readers.AnswerAll(Answer);
    }

    /// <summary>Every VM has its own deadlines: this only happens when an actor of this node has failed, and the honest word is Unknown.</summary>
    private void OnOverdue()
    {
        foreach (var ordinal in _state.Missing.ToArray())
        {
            var vm = _targets[ordinal].Snapshot;
            _state.Add(ordinal, new Outcome
            {
                Vm = vm.Id,
                Name = vm.Name,
                Host = vm.Host,
                Phase = Phase.Unknown,
                Reason = Reasons.NodeStopped,
                Effect = Effect.Unknown,
                Elapsed = _environment.Time.GetElapsedTime(_startedAt),
                Message = "no outcome from the VM's actor: see the node's log",
            });
        }
        EndIfComplete();
        _readers.AnswerAll(Answer);
    }

    private void EndIfComplete()
    {
        if (!_state.IsComplete)
            return;
        _state.EndedAt = _environment.Time.GetUtcNow();
        _took = _environment.Time.GetElapsedTime(_startedAt);
        Timers.Cancel(OverdueTimer);
        Become(Ended);
        Context.Parent.Tell(new JobSignals.Ended(_id, _state.Bytes));
    }

    private void Answer(IActorRef reader, JobQueries.Read read)
    {
        var page = _state.Outcomes.Skip(read.After).Take(PageSize).ToArray();
        reader.Tell(new JobReplies.Page(page, read.After + page.Length, Snapshot()));
    }

    private JobSnapshot Snapshot() => _state.Snapshot(_took ?? _environment.Time.GetElapsedTime(_startedAt));

    private JobState NewState(int targets) =>
        new(_id, _spec.Route == CommandRoute.Run ? "run" : _spec.Command.Name, _spec, targets, _environment.Time.GetUtcNow());
}
