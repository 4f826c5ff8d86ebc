using Akka.Actor;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Actors.FanOut;

/// <summary>What begins, and when it is overdue.</summary>
internal sealed partial class JobActor
{
    private const string OverdueTimer = "overdue";
    private const string LookTimer = "look";
    private const string DeadlineTimer = "deadline";
    private const string DeadlinePassed = "the job's deadline passed before every target had begun";
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>A VM asks for evidence for 30 s, from when it hears of it.</summary>
    private static readonly TimeSpan EvidenceGrace = TimeSpan.FromSeconds(60);

    /// <summary>What a killed node does not know of.</summary>
    private static readonly PaceWindow Window = new(64, TimeSpan.FromMilliseconds(250));

    private readonly JobPlan _plan;
    private readonly PriorityQueue<(int Ordinal, int Attempt)[], TimeSpan> _overdue = new();
    private bool _isIntentPending;

    /// <summary>Since the job was accepted, by a node that may have been another.</summary>
    private TimeSpan Age => Now + _ageAtStart;

    private static JobPlan PlanOf(string id, JobSpec spec)
    {
        var plan = new JobPlan(id, spec.Route, spec.Command, default) { Conditions = spec.Conditions };
        return spec.Composite is { } composite ? plan with { Composite = composite } : plan;
    }

    /// <summary>Begins what may begin now. A durable job's intent goes to disk first, one batch at a time.</summary>
    private void Pump()
    {
        if (_state.IsPaused || _state.Stop != JobStop.None || _isIntentPending)
            return;
        var step = _pacing.Take(Now);
        if (step.LookAgain is { } pause)
            Timers.StartSingleTimer(LookTimer, JobSignals.Due.Look, Positive(pause));
        if (step.Begin.Count == 0)
            return;
        if (!_isDurable)
        {
            Dispatch(step.Begin);
            return;
        }
        _isIntentPending = true;
        var reached = NewRouters(step.Begin);
        var intents = step.Begin.GroupBy(ordinal => _state.AttemptOf(ordinal) + 1).Select(JobWrite (attempt) => new JobWrite.Dispatched(_id, attempt.Key, [.. attempt]));
        _journal.Write(new JobSteps.Begin(step.Begin) { Reached = reached }, reached.Length == 0 ? [.. intents] : [.. intents, new JobWrite.Changed(Snapshot())]);
    }

    private void OnDue(JobSignals.Due due)
    {
        if (due == JobSignals.Due.Look)
            Pump();
        else if (due == JobSignals.Due.Overdue)
            OnOverdue();
        else if (due == JobSignals.Due.Resend)
            OnResend();
        else if (due == JobSignals.Due.Held)
            OnHeldDue();
        else if (due == JobSignals.Due.Acknowledge)
            AcknowledgeAll();
        else if (due == JobSignals.Due.Deadline)
            Stop(JobStop.Expired, DeadlinePassed);
        else if (due == JobSignals.Due.PauseOver)
            OnPauseOver();
        else
            _journal.Flush();
    }

    private void StartDeadline()
    {
        if (Spec.Deadline is not { } deadline)
            return;
        if (deadline > Age)
            Timers.StartSingleTimer(DeadlineTimer, JobSignals.Due.Deadline, deadline - Age);
        else
            Stop(JobStop.Expired, DeadlinePassed);
    }

    private void Dispatch(IReadOnlyList<int> ordinals, bool isNew = true)
    {
        if (_state.Stop != JobStop.None)
        {
            Conclude([.. ordinals.Select(ordinal => (ordinal, Voiding(ordinal, NotBegun(ordinal, _state.Stop))))]);
            return;
        }
        var timeout = Spec.Deadline is { } limit && limit - Age is var rest && rest < Spec.Timeout ? Positive(rest) : Spec.Timeout;
        var plan = _plan with { Trace = SpanContext, Deadline = Deadline.After(timeout, _environment.Time), Delivery = Spec.DeliveryTimeout is { } delivery ? Deadline.After(delivery < timeout ? delivery : timeout, _environment.Time) : null };
        var (here, gone) = (new List<int>(ordinals.Count), new List<(int, Outcome)>());
        foreach (var ordinal in ordinals)
        {
            _state.Begin(ordinal, isNew);
            if (_entries[ordinal] is not null)
                here.Add(ordinal);
            else
                gone.Add((ordinal, isNew ? NotFound(ordinal) : NotFoundAgain(ordinal)));
        }
        if (here.Count > 0)
        {
            if (_environment.Routers is FanOutRouters.Local { Router: var router })
                router.Tell(new FanOutCommands.Dispatch(plan, [.. here.Select(ordinal => TargetOf(ordinal, isNew))]));
            else
                Route(here, plan, isNew);
            Expect(Now + timeout + (!isNew ? EvidenceGrace : _fleet is null ? Grace : RouterGrace), [.. here.Select(ordinal => (ordinal, _state.AttemptOf(ordinal)))]);
        }
        if (gone.Count > 0)
            Conclude(gone);
    }

    private FanOutTarget TargetOf(int ordinal, bool isNew)
    {
        var entry = _entries[ordinal]!;
        return new FanOutTarget(ordinal, entry.Vm, entry.Snapshot) { Reconciliation = isNew ? null : new Reconciliation(EvidenceOf(ordinal)) };
    }

    /// <summary>The end of an attempt whose intent may be on disk and that was not begun: after it, the intent says nothing.</summary>
    private Outcome Voiding(int ordinal, Outcome notBegun) => notBegun with { Attempt = _state.AttemptOf(ordinal) + 1 };

    private void OnProgressed(IReadOnlyList<(int Ordinal, InvocationProgress Progress)> items)
    {
        List<(int, ExecEvidence)>? started = null;
        foreach (var (ordinal, progress) in items)
        {
            if (!_state.IsUnderWay(ordinal))
                continue;
            _state.Progress(ordinal, progress.Phase, progress.Reason);
            _pacing.Confirm(ordinal);
            if (progress.Evidence is not { } evidence || EvidenceOf(ordinal) == evidence)
                continue;
            (started ??= []).Add((ordinal, evidence));
            if (_fleet is not null)
                _programs[ordinal] = evidence;
        }
        if (started is not null && _isDurable)
            WriteTogether(null, new JobWrite.Started(_id, started));
        Pump();
    }

    private void Expect(TimeSpan due, (int, int)[] targets)
    {
        _overdue.Enqueue(targets, due);
        if (_overdue.TryPeek(out _, out var next) && next == due)
            Timers.StartSingleTimer(OverdueTimer, JobSignals.Due.Overdue, Positive(due - Now));
    }

    /// <summary>Every VM has its own deadlines: this only happens when an actor of this node has failed, or another node is lost, and the honest word is Unknown.</summary>
    private void OnOverdue()
    {
        var missing = new List<(int, Outcome)>();
        while (_overdue.TryPeek(out _, out var due) && due <= Now)
        {
            missing.AddRange(_overdue.Dequeue()
                .Where(target => IsAwaited(target.Ordinal, target.Attempt) && !IsExtended(target.Ordinal))
                .Select(target => (target.Ordinal, _fleet is null ? NoOutcome(target.Ordinal) : Lost(target.Ordinal))));
        }
        if (_overdue.TryPeek(out _, out var next))
            Timers.StartSingleTimer(OverdueTimer, JobSignals.Due.Overdue, Positive(next - Now));
        if (missing.Count > 0)
            OnOutcomes(missing);
    }

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.FromTicks(1);
}
