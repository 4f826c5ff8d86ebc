using Akka.Actor;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Actors.FanOut;

/// <summary>What comes back, what follows from it, and how the job ends.</summary>
internal sealed partial class JobActor
{
    private readonly List<FanOutEvents.Amended> _early = [];
    private int _errors;
    private int _undelivered;
    private TimeSpan? _took;

    private void OnOutcomes(IReadOnlyList<(int Ordinal, Outcome Outcome)> items)
    {
        var (ended, again) = (new List<(int, Outcome)>(items.Count), new List<(int, Outcome)>());
        foreach (var (ordinal, outcome) in items)
        {
            if (!_state.IsUnderWay(ordinal))
                continue;
            var told = Told(ordinal, outcome);
            if (MayBeElsewhere(ordinal, told))
            {
                again.Add((ordinal, told));
                _state.Requeue(ordinal, Reasons.VmMigrating);
                LookElsewhere(ordinal, told, Now + ElsewherePatience);
            }
            else if (_state.Stop == JobStop.None && !IsUnrepeatable(ordinal) && RetryRules.TriesAgain(Spec.Command.Class, told, Spec.Attempts))
            {
                again.Add((ordinal, told));
                _state.Requeue(ordinal, told.Reason);
                _pacing.Retry(ordinal, Now + RetryRules.PauseAfter(told.Attempt));
            }
            else
            {
                ended.Add((ordinal, told));
            }
        }
        // On disk it is known what became of the attempt: its intent is void.
        if (again.Count > 0 && _isDurable)
            _journal.Write(null, new JobWrite.Ended(_id, again));
        Conclude(ended);
        Pump();
    }

    /// <summary>These are final. Of a durable job, nobody sees them before they are on disk.</summary>
    private void Conclude(IReadOnlyList<(int Ordinal, Outcome Outcome)> outcomes)
    {
        if (outcomes.Count == 0)
            return;
        foreach (var (ordinal, outcome) in outcomes)
        {
            _state.Conclude(ordinal);
            _pacing.End(ordinal, Now);
            _errors += JobPhases.IsError(outcome.Phase) ? 1 : 0;
            _undelivered += outcome.Phase == Phase.Undelivered ? 1 : 0;
        }
        var ended = new JobWrite.Ended(_id, outcomes);
        if (_isDurable)
        {
            WriteTogether(new JobSteps.Show(outcomes), ended);
        }
        else
        {
            Hold(ended);
            Show(outcomes);
        }
        CheckBudget();
    }

    private void CheckBudget()
    {
        if (_state.Stop != JobStop.None || _pacing.Waiting == 0 || !JobPhases.IsOverBudget(Spec.Pace, _state.Targets, _errors, _undelivered, _pacing.IsCanary))
            return;
        Stop(JobStop.Halted, $"halted after {_errors} errors and {_undelivered} undelivered of {_state.Targets}: 'orchestrator job retry {_id}' tries what is left once the cause is removed");
    }

    /// <summary>Nothing begins any more; what waits at its VM is taken back, and what was sent goes on.</summary>
    private void Stop(JobStop stop, string message)
    {
        if (_state.Stop != JobStop.None || _took is not null)
            return;
        _state.Stop = stop;
        if (stop != JobStop.Cancelled)
            _state.Message = message;
        Conclude([.. _pacing.Drain(Now).Select(ordinal => (ordinal, NotBegun(ordinal, stop)))]);
        if (stop != JobStop.Expired && _environment.Routers is FanOutRouters.Local { Router: var router })
            router.Tell(new FanOutCommands.Cancel(_id));
        else if (stop != JobStop.Expired)
            TakeBack();
        for (var ordinal = 0; stop == JobStop.Cancelled && ordinal < _state.Targets; ordinal++)
            _state.Progress(ordinal, PendingPhase.Cancelling, null);
        _readers.AnswerAll(Answer);
    }

    private void OnCancel()
    {
        _state.CancelRequested = true;
        Stop(JobStop.Cancelled, "");
        AnswerKept();
    }

    private void OnPause(bool isPaused)
    {
        _state.IsPaused = isPaused;
        AnswerKept();
        Pump();
    }

    /// <summary>Who asked for a change hears of it when it would survive the node.</summary>
    private void AnswerKept()
    {
        if (_took is not null)
            Sender.Tell(new JobReplies.Found(Snapshot()));
        else if (_isDurable)
            _journal.Write(new JobSteps.Answer(Sender), new JobWrite.Changed(Snapshot()));
        else
        {
            Hold(new JobWrite.Changed(Snapshot()));
            Sender.Tell(new JobReplies.Found(Snapshot()));
        }
    }

    private void Show(IReadOnlyList<(int Ordinal, Outcome Outcome)> outcomes)
    {
        foreach (var (ordinal, outcome) in outcomes)
            _state.Add(ordinal, outcome);
        EndIfComplete();
        _readers.AnswerAll(Answer);
        foreach (var amended in _early.Where(amended => _state.OutcomeOf(amended.Ordinal) is not null).ToArray())
        {
            _early.Remove(amended);
            OnAmended(amended);
        }
    }

    private void OnAmended(FanOutEvents.Amended amended)
    {
        if (_state.OutcomeOf(amended.Ordinal) is not { } unknown)
        {
            if (!_state.IsUnderWay(amended.Ordinal) && _early.Count < _state.Targets)
                _early.Add(amended);
            return;
        }
        if (!_state.IsAmendable(amended.Ordinal))
            return;
        var outcome = amended.Outcome with { Attempt = unknown.Attempt, CancelRequested = unknown.CancelRequested, AmendedAt = _environment.Time.GetUtcNow() };
        _state.Amend(amended.Ordinal, outcome);
        _journal.Write(null, new JobWrite.Ended(_id, [(amended.Ordinal, outcome)]), new JobWrite.Changed(Snapshot()));
        _readers.AnswerAll(Answer);
    }

    private void EndIfComplete()
    {
        if (!_state.IsComplete || _took is not null)
            return;
        _state.EndedAt = _environment.Time.GetUtcNow();
        _took = Age;
        Timers.Cancel(OverdueTimer);
        Timers.Cancel(LookTimer);
        Timers.Cancel(DeadlineTimer);
        Timers.Cancel(FlushTimer);
        Timers.Cancel(PauseTimer);
        Timers.Cancel(ResendTimer);
        Timers.Cancel(HeldTimer);
        Become(Ended);
        CountEnd();
        _journal.Write(null, new JobWrite.Changed(Snapshot()));
        Context.Parent.Tell(new JobSignals.Ended(_id, _state.Bytes));
    }

    private Outcome Told(int ordinal, Outcome outcome)
    {
        var attempt = Math.Max(1, _state.AttemptOf(ordinal));
        var late = _state.CancelRequested && outcome.Phase != Phase.Cancelled;
        return attempt == 1 && !late ? outcome : outcome with { Attempt = attempt, CancelRequested = late };
    }

    private Outcome NotBegun(int ordinal, JobStop stop) => stop switch
    {
        JobStop.Cancelled => OutcomeFor(ordinal, Phase.Cancelled, null, Effect.None, "the job was cancelled before its turn"),
        JobStop.Expired => OutcomeFor(ordinal, Phase.Skipped, Reasons.JobDeadline, Effect.None, "the job's deadline passed before its turn"),
        _ => OutcomeFor(ordinal, Phase.Skipped, Reasons.ErrorBudget, Effect.None, "the job was halted before its turn: too many others had failed"),
    };

    private Outcome NotFound(int ordinal) => OutcomeFor(ordinal, Phase.Undelivered, Reasons.VmNotFound, Effect.None, "the VM is not here any more");

    private Outcome NotFoundAgain(int ordinal) =>
        OutcomeFor(ordinal, Phase.Unknown, Reasons.NodeStopped, Effect.Unknown, "the node was stopped when the command may have been under way, and the VM is not here any more");

    private Outcome NoOutcome(int ordinal) => OutcomeFor(ordinal, Phase.Unknown, Reasons.NodeStopped, Effect.Unknown, "no outcome from the VM's actor: see the node's log");

    private Outcome OutcomeFor(int ordinal, Phase phase, string? reason, Effect effect, string message) => new()
    {
        Vm = _targets[ordinal].Vm,
        Name = _targets[ordinal].Name,
        Host = _targets[ordinal].Host,
        Phase = phase,
        Reason = reason,
        Effect = effect,
        Elapsed = phase == Phase.Unknown ? Now : TimeSpan.Zero,
        Message = message,
        Attempt = Math.Max(1, _state.AttemptOf(ordinal)),
    };
}
