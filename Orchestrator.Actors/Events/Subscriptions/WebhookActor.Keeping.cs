using Akka.Actor;
using Orchestrator.Actors.Clustering;

namespace Orchestrator.Actors.Events.Subscriptions;

/// <summary>What it keeps on disk: nothing is sent before the step before it is there.</summary>
internal sealed partial class WebhookActor
{
    private SubscriptionChange? _saving;
    private int _saveFailures;
    private int _pauseFailures;

    private void Save(SubscriptionChange change)
    {
        (_isBusy, _saving) = (true, change);
        var life = _life;
        _environment.Store.SaveAsync(Known.Id, change).PipeTo(Self, success: letters => new WebhookSignal.Saved(life, change, letters), failure: error => Lost(life, error) ?? new WebhookSignal.NotSaved(life, error.Message));
    }

    private void OnSaved(SubscriptionChange change, int? deadLetters)
    {
        if (_saveFailures > 0 && !_isFailing)
            _lastError = null;
        (_isBusy, _saving, _saveFailures) = (false, null, 0);
        Known = Known with { Progress = change.Progress, DeadLetters = deadLetters ?? Known.DeadLetters };
        if (_delivery?.After == change.Progress.Cursor)
            (_delivery, _attempts, _retryAt, _passed) = (null, 0, default, change.Progress.Cursor);
        Next();
    }

    private void OnNotSaved(string message)
    {
        _lastError = message;
        After(SaveTimer, _environment.Retry.After(++_saveFailures));
    }

    /// <summary>Keeps what was passed without being sent, so that a restart does not look for events that the log has long forgotten.</summary>
    private void Checkpoint()
    {
        if (_isBusy || _delivery is not null)
            After(CheckpointTimer, _environment.CheckpointPause);
        else if (Known.Progress.Cursor != _passed)
            Save(new SubscriptionChange(Known.Progress with { Cursor = _passed }, [], []));
    }

    /// <summary>Another node delivers from now on: nothing that is still here may be sent.</summary>
    private static WebhookSignal? Lost(object life, Exception error) => error.IsDutyLost() ? new WebhookSignal.DutyLost(life) : null;

    /// <summary>Applied already; kept as it is now, until it is.</summary>
    private void KeepPause(IActorRef? requester)
    {
        Timers.Cancel(PauseTimer);
        var life = _life;
        _environment.Store.SavePauseAsync(Known.Id, Known.Pause).PipeTo(
            Self,
            success: () => new WebhookSignal.PauseKept(life, requester, null),
            failure: error => Lost(life, error) ?? new WebhookSignal.PauseKept(life, requester, error.Message));
    }

    private void OnPauseKept(IActorRef? requester, string? failure)
    {
        if (failure is null)
        {
            _pauseFailures = 0;
            requester?.Tell(new SubscriptionReplies.One(Picture(null)));
            return;
        }
        After(PauseTimer, _environment.Retry.After(++_pauseFailures));
        requester?.Tell(new SubscriptionReplies.Rejected("store-unavailable", $"it is done, but a restart of the node would forget it until it is on disk, which is tried again: {failure}"));
    }
}
