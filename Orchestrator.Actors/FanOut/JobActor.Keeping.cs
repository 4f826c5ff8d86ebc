using System.Collections.Frozen;
using Akka.Actor;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.FanOut;

/// <summary>What is on disk: what follows when it is, or cannot be, and how the job is taken up again from there.</summary>
internal sealed partial class JobActor
{
    private const string FlushTimer = "flush";
    private const string PauseTimer = "pause";
    private static readonly TimeSpan FlushPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestFlushPause = TimeSpan.FromSeconds(30);
    private static readonly FrozenDictionary<Phase, int> NoCounts = FrozenDictionary<Phase, int>.Empty;
    private static readonly FrozenDictionary<string, int> NoReasons = FrozenDictionary<string, int>.Empty;
    private Recovery? _recovery;
    private Dictionary<int, ExecEvidence> _programs = [];
    private TimeSpan _flushPause = FlushPause;
    private HashSet<int> _reconciled = [];
    private bool _isLeaving;

    private void Locating(object message)
    {
        switch (message)
        {
            case JobSignals.Located located:
                OnLocated(located);
                break;
            case JobQueries.Read { Wait: true } read when read.After >= _state.Outcomes.Count:
                _readers.Park(Sender, read, Answer);
                break;
            case JobCommands.Cancel:
                _state.CancelRequested = true;
                AnswerKept();
                break;
            case JobCommands.Pause or JobCommands.Resume:
                _state.IsPaused = message is JobCommands.Pause;
                AnswerKept();
                break;
            case FanOutEvents.Amended amended:
                _early.Add(amended);
                break;
            default:
                Ended(message);
                break;
        }
    }

    private void Restore(StoredJob job)
    {
        _recovery = Recovery.Of(job, Spec.Command.Class, Spec.Attempts);
        (_targets, _programs) = (job.Targets, new Dictionary<int, ExecEvidence>(job.Started));
        RestoreRouters(job.Header);
        _state = new JobState(job.Header, job.Targets.Count) { IsPaused = job.Header.Phase == JobPhase.Paused };
        foreach (var (ordinal, outcome) in _recovery.Outcomes)
        {
            _state.Add(ordinal, outcome);
            _errors += JobPhases.IsError(outcome.Phase) ? 1 : 0;
            _undelivered += outcome.Phase == Phase.Undelivered ? 1 : 0;
        }
    }

    private void RestorePast(StoredJob job)
    {
        _targets = job.Targets;
        _state = new JobState(job.Header, job.Targets.Count) { EndedAt = job.Header.EndedAt, Stop = StopOf(job.Header) };
        foreach (var (ordinal, outcome) in job.Outcomes.GroupBy(item => item.Ordinal).Select(outcomes => outcomes.Last()))
            _state.Add(ordinal, outcome);
        _took = job.Header.Elapsed;
        Context.Parent.Tell(new JobSignals.Ended(_id, _state.Bytes));
    }

    /// <summary>What the job sends is not known any more: what has no outcome gets the honest one.</summary>
    private void Abandon(JobStart.Abandoned abandoned)
    {
        var missing = new List<(int, Outcome)>();
        for (var ordinal = 0; ordinal < _state.Targets; ordinal++)
        {
            if (_state.OutcomeOf(ordinal) is not null)
                continue;
            var wasSent = abandoned.Job.Dispatched.ContainsKey(ordinal);
            missing.Add((ordinal, OutcomeFor(ordinal, wasSent ? Phase.Unknown : Phase.Undelivered, Reasons.NodeStopped, wasSent ? Effect.Unknown : Effect.None, $"the node was stopped, and the job cannot be taken up again: {abandoned.Why}")));
            _state.Add(ordinal, missing[^1].Item2);
        }
        _state.EndedAt = _environment.Time.GetUtcNow();
        _took = _state.EndedAt.Value - abandoned.Job.Header.CreatedAt;
        _journal.Write(null, new JobWrite.Ended(_id, missing), new JobWrite.Changed(Snapshot()));
    }

    private static JobStop StopOf(JobSnapshot job) => job.Phase switch
    {
        JobPhase.Failed => JobStop.Halted,
        JobPhase.Expired => JobStop.Expired,
        _ => job.CancelRequested ? JobStop.Cancelled : JobStop.None,
    };

    private void OnLocated(JobSignals.Located located)
    {
        var steps = _recovery!.Steps;
        var entries = _targets.Select((target, ordinal) => steps[ordinal] == RecoveryStep.Done ? null : located.Vms.Find(target, located.IsLast)).ToArray();
        if (!located.IsLast && entries.Where((entry, ordinal) => entry is null && steps[ordinal] != RecoveryStep.Done).Any())
            return;
        _entries = entries;
        Context.Parent.Tell(new JobSignals.Settled(_id));
        GoOn(_recovery);
        _recovery = null;
    }

    private void GoOn(Recovery recovery)
    {
        _pacing = new JobPacing([.. _targets.Select(target => target.Host)], Spec.Pace, _isDurable ? Window : null);
        var reconciled = new List<int>();
        for (var ordinal = 0; ordinal < recovery.Steps.Length; ordinal++)
        {
            _state.Restore(ordinal, recovery.Attempts[ordinal]);
            if (recovery.Steps[ordinal] == RecoveryStep.Begin)
                continue;
            _pacing.Restore(ordinal, recovery.Steps[ordinal] == RecoveryStep.Done);
            if (recovery.Steps[ordinal] == RecoveryStep.Reconcile)
                reconciled.Add(ordinal);
        }
        // In a cluster, only what a router could not have had any more is asked about.
        _reconciled = _fleet is null ? [.. reconciled] : [];
        BeginSpan();
        Become(Running);
        CountBegin();
        Dispatch(reconciled, isNew: false);
        if (_state.CancelRequested)
            Stop(JobStop.Cancelled, "");
        CheckBudget();
        StartDeadline();
        Pump();
        EndIfComplete();
        _readers.AnswerAll(Answer);
    }

    /// <summary>A command that may have run before the node was stopped, and that another time would harm: what its VM says now is its end.</summary>
    private bool IsUnrepeatable(int ordinal) => Spec.Command.Class == CommandClass.NonIdempotent && _reconciled.Contains(ordinal);

    private ExecEvidence? EvidenceOf(int ordinal) => _programs.GetValueOrDefault(ordinal);

    private void OnWritten(JobSignals.Written written)
    {
        _journal.Answered();
        _flushPause = FlushPause;
        foreach (var entry in written.Entries)
            Follow(entry.Then);
        FlushSoon();
        ForgetAtRouters();
        LeaveIfIdle();
    }

    private void OnLeave()
    {
        _isLeaving = true;
        _journal.Flush();
        LeaveIfIdle();
    }

    private void LeaveIfIdle()
    {
        if (_isLeaving && _journal.IsIdle)
            Context.Stop(Self);
    }

    private void Follow(object? step)
    {
        switch (step)
        {
            case JobSteps.Accept accept:
                OnReach(accept.Reached);
                OnAccepted(accept.Begin);
                break;
            case JobSteps.Begin begin:
                _isIntentPending = false;
                OnReach(begin.Reached);
                Dispatch(begin.Ordinals);
                Pump();
                break;
            case JobSteps.Show show:
                Show(show.Outcomes);
                break;
            case JobSteps.Reach reach:
                OnReach(reach.Reached);
                break;
            case JobSteps.Acknowledge acknowledge:
                Acknowledge(acknowledge.Router, acknowledge.Batch);
                break;
            case JobSteps.Answer answer:
                answer.Requester.Tell(new JobReplies.Found(Snapshot()));
                break;
        }
    }

    /// <summary>What was to be sent is not sent; what has happened is told with a word on the disk, and its writing is tried again.</summary>
    private void OnNotWritten(JobSignals.NotWritten failed)
    {
        _journal.Answered();
        if (failed.IsDutyLost)
        {
            LoseDuty(failed.Entries);
            return;
        }
        if (failed.Entries is [{ Then: JobSteps.Accept }, ..])
        {
            // Should the store have it after all, it is not taken up again.
            _state.CancelRequested = true;
            _journal.Write(null, new JobWrite.Changed(Snapshot() with { Phase = JobPhase.Cancelled, EndedAt = _environment.Time.GetUtcNow() }));
            Reject(new JobReplies.Rejected("store-unavailable", $"the job could not be kept on disk, and nothing was sent: {failed.Message}"));
            return;
        }
        _state.Message = $"not all of this job is on disk: {failed.Message}";
        _journal.Return(failed.Entries.Where(entry => entry.Then is not JobSteps.Begin).Select(entry => entry.Then is JobSteps.Reach or JobSteps.Acknowledge ? entry : entry with { Then = null }));
        Timers.StartSingleTimer(FlushTimer, JobSignals.Due.Flush, _flushPause);
        _flushPause = _flushPause * 2 < LongestFlushPause ? _flushPause * 2 : LongestFlushPause;
        foreach (var entry in failed.Entries)
            FollowWithout(entry.Then, failed.Message);
        if (_isLeaving)
            Context.Stop(Self);
    }

    private void FollowWithout(object? step, string message)
    {
        switch (step)
        {
            case JobSteps.Begin begin:
                _isIntentPending = false;
                foreach (var (node, _) in begin.Reached)
                    LinkOf(node).IsRecording = false;
                Conclude([.. begin.Ordinals.Select(ordinal => (ordinal, Voiding(ordinal, OutcomeFor(ordinal, Phase.Undelivered, Reasons.StoreUnavailable, Effect.None, $"its intent could not be kept on disk, so nothing was sent: {message}"))))]);
                Pump();
                break;
            case JobSteps.Show show:
                Show([.. show.Outcomes.Select(item => (item.Ordinal, item.Outcome with { Message = $"{(item.Outcome.Message is { } said ? said + "; " : "")}this outcome is not on disk: {message}" }))]);
                break;
            case JobSteps.Reach or JobSteps.Acknowledge:
                // Their time comes when the disk has them.
                break;
            default:
                Follow(step);
                break;
        }
    }

    /// <summary>Of a job that only reads: it is written when there is time.</summary>
    private void Hold(JobWrite write)
    {
        _journal.Hold(null, write);
        if (!Timers.IsTimerActive(FlushTimer))
            Timers.StartSingleTimer(FlushTimer, JobSignals.Due.Flush, FlushPause);
    }

    /// <summary>Of a durable job, what comes again and again: with others of its kind, as long as further ones are awaited.</summary>
    private void WriteTogether(object? then, JobWrite write)
    {
        if (Timers.IsTimerActive(PauseTimer) && !_state.IsConcluded)
        {
            _journal.Hold(then, write);
            return;
        }
        _journal.Write(then, write);
        StartPause();
    }

    private void OnPauseOver()
    {
        // After a failure, the other timer decides.
        if (!_journal.HasWaiting || Timers.IsTimerActive(FlushTimer))
            return;
        _journal.Flush();
        StartPause();
    }

    private void StartPause()
    {
        if (_environment.WritePause > TimeSpan.Zero && !_state.IsConcluded)
            Timers.StartSingleTimer(PauseTimer, JobSignals.Due.PauseOver, _environment.WritePause);
    }

    /// <summary>What came while the store was busy goes at once, or when its pause is over; after a failure, its own timer decides.</summary>
    private void FlushSoon()
    {
        var isPausing = Timers.IsTimerActive(PauseTimer) && !_journal.IsUrgent && !_isLeaving;
        if ((_isDurable && !isPausing) || _took is not null)
            _journal.Flush();
        else if (!_isDurable && _journal.HasWaiting)
            Timers.StartSingleTimer(FlushTimer, JobSignals.Due.Flush, FlushPause);
    }
}
