using Akka.Actor;
using Akka.Event;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Actors.Controllers;

/// <summary>How far the instances are, and that it is on disk.</summary>
internal sealed partial class ControllerFeedActor
{
    private const string SaveTimer = "save";

    private readonly List<IActorRef> _awaitingSave = [];
    private int _saveFailures;
    private string? _saveFailure;
    private bool _isSaveUrgent;

    private sealed class Saved : ILocalSignal
    {
        public static readonly Saved Instance = new();
    }

    private sealed record NotSaved(string Message) : ILocalSignal;

    private void OnKeeping(object message)
    {
        switch (message)
        {
            case Saved:
                OnSaved();
                break;
            case NotSaved failed:
                OnNotSaved(failed.Message);
                break;
            case DutyLost:
                Context.GiveUpDuty();
                break;
            case Due due when due == Due.Save:
                Save();
                break;
            case Due due when due == Due.Read:
                _isReading = false;
                ReadOn();
                break;
            default:
                OnVms(message);
                break;
        }
    }

    private void OnDone(ControllerSignals.Done done)
    {
        // One that was stopped meanwhile begins again from where it was stopped.
        if (_instances.Find(Sender) is not { } instance)
            return;
        if (done.Place is { } place)
        {
            instance.Waiting.Dequeue();
            _progress.Finish(place);
        }
        if (done.Change is { } change)
        {
            _checkpoints.Add(instance.Key, change);
            _counts = _counts with { Ticks = _counts.Ticks + (done.IsTick ? 1 : 0), Events = _counts.Events + (done.Place is null ? 0 : 1) };
        }
        ControllerMetrics.Count(Name, failed: done.Failure is not null, again: false);
        if (done.Failure is { } failure)
            OnFailure(failure);
        StopIfGone(instance);
        SaveSoon();
        ReadOn();
    }

    private void OnFailure(FailedWork failure)
    {
        ControllerLogEntries.PassedOver(Context.Log<ControllerFeedActor>(), Name, failure.Work, failure.Attempts, failure.Error);
        _counts = _counts with { Failures = _counts.Failures + 1 };
        _checkpoints.Add(failure);
        if (_failures.Count >= FailedWork.MaxKept)
            _failures.Dequeue();
        _failures.Enqueue(failure);
    }

    private void OnTold(ControllerSignals.Told told)
    {
        if (told.Retried)
        {
            ControllerMetrics.Count(Name, failed: true, again: true);
            _counts = _counts with { Retries = _counts.Retries + 1 };
        }
        if (_instances.Find(Sender) is { } instance)
            (instance.Health, instance.Message) = (told.Health, told.Message);
    }

    private void OnPause(bool isPaused)
    {
        _awaitingSave.Add(Sender);
        _isPaused = isPaused;
        _checkpoints.Pause();
        foreach (var instance in _instances.All)
            instance.Actor.Tell(new ControllerSignals.SetPaused(isPaused));
        Save();
        ReadOn();
    }

    /// <summary>At once when nothing is being handled; else with what comes together.</summary>
    private void SaveSoon()
    {
        if (_checkpoints.HasNews && _progress.Open == 0)
            Save();
        else if (_checkpoints.HasNews)
            SaveWithin(Settings.CheckpointPause);
        else if (_checkpoints.IsDue(_progress.Handled))
            SaveWithin(Settings.IdleCheckpointPause);
    }

    private void SaveWithin(TimeSpan pause)
    {
        var isUrgent = pause <= Settings.CheckpointPause;
        if (_saveFailures > 0 || _checkpoints.IsSaving || (Timers.IsTimerActive(SaveTimer) && (_isSaveUrgent || !isUrgent)))
            return;
        _isSaveUrgent = isUrgent;
        Timers.StartSingleTimer(SaveTimer, Due.Save, pause);
    }

    private void Save()
    {
        if (_checkpoints.IsSaving || !_checkpoints.IsDue(_progress.Handled))
            return;
        Timers.Cancel(SaveTimer);
        _environment.Store.SaveAsync(_checkpoints.Take(_progress.Handled, _isPaused))
            .PipeTo(Self, success: static object () => Saved.Instance, failure: static error => error.IsDutyLost() ? DutyLost.Instance : new NotSaved(error.Message));
    }

    private void OnSaved()
    {
        _checkpoints.Saved();
        (_saveFailures, _saveFailure) = (0, null);
        AnswerSaved(null);
        SaveSoon();
        ReadOn();
    }

    private void OnNotSaved(string message)
    {
        _checkpoints.NotSaved();
        if (_saveFailures++ == 0)
            ControllerLogEntries.CannotKeep(Context.Log<ControllerFeedActor>(), Name, message);
        _saveFailure = message;
        AnswerSaved(message);
        Timers.StartSingleTimer(SaveTimer, Due.Save, Settings.Retry.After(_saveFailures));
    }

    private void AnswerSaved(string? failure)
    {
        foreach (var waiting in _awaitingSave)
        {
            if (failure is null)
                OnGet(new ControllerQueries.Get(Name), waiting);
            else
                waiting.Tell(new ControllerReplies.Rejected("store-unavailable", $"it holds until the node stops, and is not on disk yet, which is tried again: {failure}"));
        }
        _awaitingSave.Clear();
    }
}
