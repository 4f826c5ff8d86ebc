using Akka.Actor;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.FanOut;

namespace Orchestrator.Actors.Events.Subscriptions;

/// <summary>Makes, shows and forgets subscriptions; what takes time runs beside the actor.</summary>
public sealed partial class SubscriptionSupervisor
{
    private static readonly SubscriptionReplies.Rejected Moving = new("moving", "the subscriptions are moving to another node of the cluster: ask again in a few seconds");

    private void OnCreate(SubscriptionCommands.Create create, IActorRef requester)
    {
        if (_entries.Count + _creating >= _environment.MaxSubscriptions)
        {
            requester.Tell(new SubscriptionReplies.Rejected("too-many-subscriptions", $"there are {_environment.MaxSubscriptions} subscriptions: delete one"));
            return;
        }
        _creating++;
        CreateAsync(create, requester).PipeTo(Self);
    }

    private async Task<object> CreateAsync(SubscriptionCommands.Create create, IActorRef requester)
    {
        try
        {
            var spec = create.Spec;
            if (create.Handshake)
            {
                var answer = await _environment.Sender.AskAsync(spec.Url, spec.Timeout, CancellationToken.None).ConfigureAwait(false);
                if (!answer.IsAllowed)
                    return new SubscriptionSignals.NotCreated(new SubscriptionReplies.Rejected("webhook-not-allowed", answer.Message), requester);
                spec = spec with { AllowedRate = answer.Rate };
            }
            var subscription = new Subscription
            {
                Id = JobIds.Next(_environment.Time),
                CreatedAt = _environment.Time.GetUtcNow(),
                Spec = spec,
                Secrets = new WebhookSecrets { Current = create.Secret ?? WebhookSecrets.Create() },
                Progress = new SubscriptionProgress(create.From ?? await _environment.Logs.FindEndAsync(_stopped.Token).ConfigureAwait(false), 0, 0),
            };
            _stopped.Token.ThrowIfCancellationRequested();
            await _environment.Store.AddAsync(subscription).ConfigureAwait(false);
            return new SubscriptionSignals.Created(subscription, requester);
        }
        catch (Exception e) when (e.IsDutyLost())
        {
            requester.Tell(Moving);
            return DutyLost.Instance;
        }
        catch (Exception e) when (e is SubscriptionStoreException or EventReadException or OperationCanceledException)
        {
            return new SubscriptionSignals.NotCreated(new SubscriptionReplies.Rejected("store-unavailable", e.Message), requester);
        }
    }

    private void OnCreated(SubscriptionSignals.Created created)
    {
        _creating--;
        Add(created.Subscription);
        var snapshot = new SubscriptionSnapshot { Subscription = created.Subscription, Status = SubscriptionStatus.Active };
        created.Requester.Tell(new SubscriptionReplies.One(snapshot, created.Subscription.Secrets.Current));
    }

    private async Task<IReadOnlyDictionary<string, long>?> EndsAsync()
    {
        try
        {
            var end = await _environment.Logs.FindEndAsync(_stopped.Token).ConfigureAwait(false);
            return end.Hosts.ToDictionary(host => host, host => end[host].Sequence, StringComparer.Ordinal);
        }
        catch (Exception e) when (e is EventReadException or OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<SubscriptionReplies.One> ShowAsync(SubscriptionCell cell, IActorRef? actor) => new(await PictureAsync(cell, actor, await EndsAsync().ConfigureAwait(false)).ConfigureAwait(false));

    private async Task<SubscriptionReplies.Many> ListAsync(IReadOnlyList<(SubscriptionCell Cell, IActorRef? Actor)> entries)
    {
        var ends = await EndsAsync().ConfigureAwait(false);
        return new SubscriptionReplies.Many(await Task.WhenAll(entries.Select(entry => PictureAsync(entry.Cell, entry.Actor, ends))).ConfigureAwait(false));
    }

    /// <summary>One whose actor is not there now is shown as it was last.</summary>
    private static async Task<SubscriptionSnapshot> PictureAsync(SubscriptionCell cell, IActorRef? actor, IReadOnlyDictionary<string, long>? ends)
    {
        try
        {
            if (actor is not null)
                return await actor.Ask<SubscriptionSnapshot>(new WebhookActor.Show(ends), AnswerTimeout).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            // It left while it was asked.
        }
        return new SubscriptionSnapshot { Subscription = cell.Current, Status = SubscriptionStatus.Failing, LastError = "it failed and is begun anew in a few seconds: see the node's log" };
    }

    private async Task<object> ReadLettersAsync(SubscriptionQueries.DeadLetters wanted)
    {
        try
        {
            return new SubscriptionReplies.Letters(await _environment.Store.DeadLettersAsync(wanted.Id, wanted.After, wanted.Max).ConfigureAwait(false));
        }
        catch (SubscriptionStoreException e)
        {
            return new SubscriptionReplies.Rejected("store-unavailable", e.Message);
        }
    }

    /// <summary>Out of the store first: what its actor still keeps after that finds no row.</summary>
    private async Task<object> RemoveAsync(SubscriptionCell cell, IActorRef? actor, IActorRef requester)
    {
        var (id, was) = (cell.Current.Id, await PictureAsync(cell, actor, null).ConfigureAwait(false));
        try
        {
            await _environment.Store.RemoveAsync(id).ConfigureAwait(false);
            return new SubscriptionSignals.Removed(id, requester, was, null);
        }
        catch (Exception e) when (e.IsDutyLost())
        {
            requester.Tell(Moving);
            return DutyLost.Instance;
        }
        catch (SubscriptionStoreException e)
        {
            return new SubscriptionSignals.Removed(id, requester, was, new SubscriptionReplies.Rejected("store-unavailable", e.Message));
        }
    }

    private void OnRemoved(SubscriptionSignals.Removed removed)
    {
        if (removed.Failure is { } failure)
        {
            removed.Requester.Tell(failure);
            return;
        }
        if (!_entries.Remove(removed.Id, out var entry))
        {
            removed.Requester.Tell(new SubscriptionReplies.Rejected("subscription-not-found", "somebody else has just deleted it"));
            return;
        }
        if (entry.Actor is { } actor)
            Context.Stop(actor);
        removed.Requester.Tell(new SubscriptionReplies.One(removed.Was));
    }
}
