using Akka.Actor;

namespace Orchestrator.Actors.Events.Subscriptions;

/// <summary>Dead letters that are sent again or forgotten, before anything else, and one request at a time like everything else.</summary>
internal sealed partial class WebhookActor
{
    private readonly SortedSet<long> _redeliver = [];
    private readonly SortedSet<long> _discard = [];

    private void FindKeys(IReadOnlyList<long>? wanted, bool discard, IActorRef requester)
    {
        var life = _life;
        _environment.Store.DeadLetterKeysAsync(Known.Id).PipeTo(
            Self,
            success: keys => new WebhookSignal.KeysFound(life, requester, wanted is null ? keys : [.. keys.Intersect(wanted)], discard, null),
            failure: error => new WebhookSignal.KeysFound(life, requester, [], discard, error.Message));
    }

    private void OnKeysFound(WebhookSignal.KeysFound found)
    {
        if (found.Failure is { } failure)
        {
            found.Requester.Tell(new SubscriptionReplies.Rejected("store-unavailable", failure));
            return;
        }
        (found.Discard ? _discard : _redeliver).UnionWith(found.Keys);
        _redeliver.ExceptWith(_discard);
        found.Requester.Tell(new SubscriptionReplies.Queued(found.Keys.Count));
        Next();
    }

    private bool Discard()
    {
        if (_discard.Count == 0)
            return false;
        Save(new SubscriptionChange(Known.Progress, [], [.. _discard]));
        _discard.Clear();
        return true;
    }

    private bool Redeliver()
    {
        if (_redeliver.Count == 0)
            return false;
        if (!IsTime(default))
            return true;
        _isBusy = true;
        var life = _life;
        _environment.Store.DeadLettersAsync(Known.Id, [.. _redeliver.Take(Known.Spec.MaxBatch)]).PipeTo(
            Self,
            success: letters => new WebhookSignal.LettersRead(life, letters, null),
            failure: error => new WebhookSignal.LettersRead(life, [], error.Message));
        return true;
    }

    private void OnLettersRead(WebhookSignal.LettersRead read)
    {
        if (read.Failure is not null || read.Letters.Count == 0)
        {
            // What cannot be read now is asked for anew by whoever wants it.
            (_isBusy, _lastError) = (false, read.Failure ?? _lastError);
            _redeliver.Clear();
            Next();
            return;
        }
        WebhookDocument[] documents = [.. read.Letters.Select(letter => letter.Document)];
        Send(new Delivery(Delivery.IdOf(Known.Id, documents), documents, null, [.. read.Letters.Select(letter => letter.Key)]));
    }

    /// <summary>A letter that is refused stays, and the next is tried; without a receiver all stay, and the events of the log are not held up.</summary>
    private void OnRedelivered(Delivery delivery, DeliveryVerdict verdict)
    {
        _redeliver.ExceptWith(delivery.Keys);
        if (verdict is DeliveryVerdict.Acknowledged)
            Save(new SubscriptionChange(Known.Progress with { Delivered = Known.Progress.Delivered + delivery.Documents.Count }, [], delivery.Keys));
        else if (verdict is DeliveryVerdict.Again or DeliveryVerdict.Stop)
            _redeliver.Clear();
    }
}
