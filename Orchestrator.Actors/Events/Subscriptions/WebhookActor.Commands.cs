using Akka.Actor;

namespace Orchestrator.Actors.Events.Subscriptions;

/// <summary>What it is asked.</summary>
internal sealed partial class WebhookActor
{
    private bool _isTesting;
    private bool _isRotating;

    /// <summary>From the supervisor: "how do you stand?"</summary>
    /// <param name="Ends">Newest sequence of each log, by VmHost; <see langword="null"/> if one did not tell.</param>
    internal sealed record Show(IReadOnlyDictionary<string, long>? Ends) : ILocalSignal;

    private bool OnCommand(object message)
    {
        switch (message)
        {
            case Show show:
                Sender.Tell(Picture(show.Ends));
                return true;
            case SubscriptionCommands.Pause:
                Known = Known with { Pause = Known.Pause ?? new SubscriptionPause(PauseCause.Asked, "somebody paused it: resume it") };
                KeepPause(Sender);
                return true;
            case SubscriptionCommands.Resume:
                (_attempts, _retryAt, _isFailing) = (0, default, false);
                Known = Known with { Pause = null };
                KeepPause(Sender);
                Next();
                return true;
            case SubscriptionCommands.Test:
                Test(Sender);
                return true;
            case SubscriptionCommands.Rotate rotate:
                Rotate(rotate.Secret, Sender);
                return true;
            case SubscriptionCommands.Redeliver redeliver:
                FindKeys(redeliver.Keys, discard: false, Sender);
                return true;
            case SubscriptionCommands.Discard discard:
                FindKeys(discard.Keys, discard: true, Sender);
                return true;
            default:
                return false;
        }
    }

    private void OnCommandSignal(WebhookSignal signal)
    {
        switch (signal)
        {
            case WebhookSignal.PauseKept kept:
                OnPauseKept(kept.Requester, kept.Failure);
                break;
            case WebhookSignal.Tested tested:
                _isTesting = false;
                tested.Requester.Tell(new SubscriptionReplies.Tested(tested.Answer));
                break;
            case WebhookSignal.SecretsKept kept:
                OnSecretsKept(kept);
                break;
            case WebhookSignal.KeysFound found:
                OnKeysFound(found);
                break;
            case WebhookSignal.LettersRead read:
                OnLettersRead(read);
                break;
        }
    }

    /// <summary>Beside the deliveries, so that it tells of the receiver at once; one at a time.</summary>
    private void Test(IActorRef requester)
    {
        if (_isTesting)
        {
            requester.Tell(new SubscriptionReplies.Rejected("subscription-busy", "another test is being sent: wait for its answer"));
            return;
        }
        _isTesting = true;
        CountRequest();
        var (life, document, started) = (_life, _environment.Sender.EncodeTest(Known.Id, Now), _environment.Time.GetTimestamp());
        _environment.Sender.SendAsync(RequestOf(Delivery.IdOf(Known.Id, [document]), [document]), life.Token).PipeTo(
            Self,
            success: answer => new WebhookSignal.Tested(life, requester, answer),
            failure: error => new WebhookSignal.Tested(life, requester, new WebhookAnswer(null, error.Message, null, _environment.Time.GetElapsedTime(started))));
    }

    private void Rotate(string secret, IActorRef requester)
    {
        if (_isRotating)
        {
            requester.Tell(new SubscriptionReplies.Rejected("subscription-busy", "its secret is being changed: ask again"));
            return;
        }
        _isRotating = true;
        var (life, secrets) = (_life, Known.Secrets.Rotate(secret, Now));
        _environment.Store.SaveSecretsAsync(Known.Id, secrets).PipeTo(
            Self,
            success: () => new WebhookSignal.SecretsKept(life, requester, secrets, null),
            failure: error => Lost(life, error) ?? new WebhookSignal.SecretsKept(life, requester, secrets, error.Message));
    }

    private void OnSecretsKept(WebhookSignal.SecretsKept kept)
    {
        _isRotating = false;
        if (kept.Failure is { } failure)
        {
            kept.Requester.Tell(new SubscriptionReplies.Rejected("store-unavailable", failure));
            return;
        }
        Known = Known with { Secrets = kept.Secrets };
        kept.Requester.Tell(new SubscriptionReplies.One(Picture(null), kept.Secrets.Current));
    }

    private SubscriptionSnapshot Picture(IReadOnlyDictionary<string, long>? ends) => new()
    {
        Subscription = Known,
        Status = Known.Pause is not null ? SubscriptionStatus.Paused : _isFailing || _saveFailures > 0 || _readFailures > 0 ? SubscriptionStatus.Failing : SubscriptionStatus.Active,
        Lag = ends?.Sum(end => Math.Max(0, end.Value - (_delivery is null ? _passed : Known.Progress.Cursor)[end.Key].Sequence)),
        LastError = _lastError,
        NextTry = Known.Pause is null && _delivery is not null && !_isBusy && _retryAt > Now ? _retryAt : null,
        Redelivering = _redeliver.Count,
    };
}
