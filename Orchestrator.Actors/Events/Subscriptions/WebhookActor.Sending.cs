using Akka.Actor;
using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Actors.Events.Subscriptions;

/// <summary>What it sends, and what follows from the answers.</summary>
internal sealed partial class WebhookActor
{
    private void Send(Delivery delivery)
    {
        _isBusy = true;
        CountRequest();
        var (life, started) = (_life, _environment.Time.GetTimestamp());
        _environment.Sender.SendAsync(RequestOf(delivery.Id, delivery.Documents), life.Token).PipeTo(
            Self,
            success: answer => new WebhookSignal.Answered(life, delivery, answer),
            failure: error => new WebhookSignal.Answered(life, delivery, new WebhookAnswer(null, error.Message, null, _environment.Time.GetElapsedTime(started))));
    }

    private void CountRequest()
    {
        if (Known.Spec.AllowedRate is { } rate)
            _rateAt = Now + (TimeSpan.FromMinutes(1) / rate);
    }

    private WebhookRequest RequestOf(string id, IReadOnlyList<WebhookDocument> documents) => new(id, Known.Spec, Known.Secrets.ValidAt(Now), documents);

    private void OnAnswered(Delivery delivery, WebhookAnswer answer)
    {
        _isBusy = false;
        var isDeadLetter = delivery.Keys.Count > 0;
        var verdict = DeliveryRules.Decide(answer, isDeadLetter ? 1 : ++_attempts, Known.Spec.Retries, _environment.Chance());
        WebhookMetrics.Count(answer, verdict, delivery.Documents.Count);
        _lastError = verdict is DeliveryVerdict.Acknowledged ? null : answer.Message;
        if (isDeadLetter)
            OnRedelivered(delivery, verdict);
        else
            OnDelivered(delivery, verdict, answer);
        Next();
    }

    private void OnDelivered(Delivery delivery, DeliveryVerdict verdict, WebhookAnswer answer)
    {
        var progress = Known.Progress;
        _isFailing = verdict is not DeliveryVerdict.Acknowledged;
        switch (verdict)
        {
            case DeliveryVerdict.Acknowledged:
                Save(new SubscriptionChange(progress with { Cursor = delivery.After!, Delivered = progress.Delivered + delivery.Documents.Count }, [], []));
                break;
            case DeliveryVerdict.Again again:
                _retryAt = Now + again.Pause;
                break;
            case DeliveryVerdict.Stop:
                PauseItself(PauseCause.Gone, $"the receiver wants no more ({answer.Message}): resume it if it does again, or delete it");
                break;
            default:
                GiveUp(delivery, answer);
                break;
        }
    }

    private void GiveUp(Delivery delivery, WebhookAnswer answer)
    {
        if (Known.DeadLetters + delivery.Documents.Count > _environment.MaxDeadLetters)
        {
            PauseItself(PauseCause.DeadLettersFull, $"{Known.DeadLetters} events could not be delivered and are kept, and one more would be too many: deliver them again or discard them, then resume it");
            return;
        }
        WebhookMetrics.DeadLetters.Add(delivery.Documents.Count);
        var progress = Known.Progress;
        var (attempts, now) = (_attempts, Now);
        Save(new SubscriptionChange(
            progress with { Cursor = delivery.After!, Failed = progress.Failed + delivery.Documents.Count },
            [.. delivery.Documents.Select(document => new DeadLetter { Document = document, Reason = answer.Message, Attempts = attempts, FailedAt = now })],
            []));
    }

    private void PauseItself(PauseCause cause, string reason)
    {
        (_attempts, _retryAt) = (0, default);
        WebhookLogEntries.Paused(Context.Log<WebhookActor>(), Known.Id, cause, reason);
        WebhookMetrics.Pauses.Add();
        Known = Known with { Pause = new SubscriptionPause(cause, reason) };
        KeepPause(null);
    }
}
