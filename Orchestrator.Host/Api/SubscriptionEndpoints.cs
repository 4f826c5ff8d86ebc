using System.Text.Json.Serialization.Metadata;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Api;

/// <summary><c>/v1/subscriptions</c>: receivers to which events are sent (docs/WEBHOOKS.md).</summary>
internal static class SubscriptionEndpoints
{
    private const string One = "/v1/subscriptions/{id}";
    private const int MaxLetters = 1000;
    private const int DefaultLetters = 100;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/subscriptions", CreateAsync).Accepts<SubscriptionRequest>("application/json").Produces<SubscriptionView>(StatusCodes.Status201Created);
        routes.MapGet("/v1/subscriptions", ListAsync).Produces<ItemsView<SubscriptionView>>();
        routes.MapGet(One, (string id, Node node, CancellationToken cancel) => AskAsync(node, new SubscriptionQueries.Get(id), cancel)).Produces<SubscriptionView>();
        routes.MapDelete(One, (string id, Node node, CancellationToken cancel) => AskAsync(node, new SubscriptionCommands.Delete(id), cancel)).Produces<SubscriptionView>();
        routes.MapPost($"{One}:pause", (string id, Node node, CancellationToken cancel) => AskAsync(node, new SubscriptionCommands.Pause(id), cancel)).Produces<SubscriptionView>();
        routes.MapPost($"{One}:resume", (string id, Node node, CancellationToken cancel) => AskAsync(node, new SubscriptionCommands.Resume(id), cancel)).Produces<SubscriptionView>();
        routes.MapPost($"{One}:rotate", RotateAsync).AcceptsOptionally<RotateRequest>().Produces<SubscriptionView>();
        routes.MapPost($"{One}:test", TestAsync).Produces<WebhookTestView>();
        routes.MapGet($"{One}/dead-letters", ListLettersAsync).Produces<DeadLettersView>();
        routes.MapPost($"{One}:redeliver", RedeliverAsync).Accepts<DeadLettersRequest>("application/json").Produces<DeadLetterCountView>(StatusCodes.Status202Accepted);
        routes.MapPost($"{One}:discard", DiscardAsync).Accepts<DeadLettersRequest>("application/json").Produces<DeadLetterCountView>(StatusCodes.Status202Accepted);
    }

    /// <summary>The handshake has a deadline of its own, within the caller's patience.</summary>
    private static async Task<IResult> CreateAsync(HttpContext context, Node node)
    {
        var request = await RequestBody.ReadAsync(context, ApiJson.Default.SubscriptionRequest).ConfigureAwait(false)
            ?? throw new RequestException("invalid-request", "the body is empty: say 'url'");
        var answer = await node.FollowPartAsync<object>(node.Subscriptions, SubscriptionRequests.Parse(request), context.RequestAborted).ConfigureAwait(false);
        if (answer is SubscriptionReplies.One made)
            context.Response.Headers.Location = $"/v1/subscriptions/{made.Snapshot.Subscription.Id}";
        return Show<SubscriptionReplies.One, SubscriptionView>(answer, SubscriptionView.Of, ApiJson.Default.SubscriptionView, StatusCodes.Status201Created);
    }

    private static async Task<IResult> ListAsync(Node node, CancellationToken cancellationToken) => Show<SubscriptionReplies.Many, ItemsView<SubscriptionView>>(
        await node.AskPartAsync<object>(node.Subscriptions, SubscriptionQueries.List.Instance, cancellationToken).ConfigureAwait(false),
        many => new ItemsView<SubscriptionView>([.. many.Snapshots.Select(SubscriptionView.Of)]),
        ApiJson.Default.ItemsViewSubscriptionView);

    private static async Task<IResult> AskAsync(Node node, SubscriptionCommands.OfOne message, CancellationToken cancellationToken) => Show<SubscriptionReplies.One, SubscriptionView>(
        await node.AskPartAsync<object>(node.Subscriptions, message, cancellationToken).ConfigureAwait(false), SubscriptionView.Of, ApiJson.Default.SubscriptionView);

    private static async Task<IResult> RotateAsync(string id, HttpContext context, Node node)
    {
        var request = await RequestBody.ReadAsync(context, ApiJson.Default.RotateRequest).ConfigureAwait(false) ?? new RotateRequest();
        return await AskAsync(node, SubscriptionRequests.Parse(id, request), context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Answered within the subscription's own deadline for requests.</summary>
    private static async Task<IResult> TestAsync(string id, Node node, CancellationToken cancellationToken) => Show<SubscriptionReplies.Tested, WebhookTestView>(
        await node.FollowPartAsync<object>(node.Subscriptions, new SubscriptionCommands.Test(id), cancellationToken).ConfigureAwait(false),
        tested => WebhookTestView.Of(tested.Answer),
        ApiJson.Default.WebhookTestView);

    private static async Task<IResult> ListLettersAsync(string id, string? after, int? limit, Node node, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > MaxLetters)
            throw new RequestException("invalid-request", $"'limit' must be 1 to {MaxLetters}");
        var max = limit ?? DefaultLetters;
        var query = new SubscriptionQueries.DeadLetters(id, after is null ? 0 : SubscriptionRequests.KeyOf(after, "after"), max);
        return Show<SubscriptionReplies.Letters, DeadLettersView>(
            await node.AskPartAsync<object>(node.Subscriptions, query, cancellationToken).ConfigureAwait(false),
            letters => PageOf([.. letters.Items.Select(DeadLetterView.Of)], max),
            ApiJson.Default.DeadLettersView);
    }

    private static DeadLettersView PageOf(IReadOnlyList<DeadLetterView> items, int max) => new(items, items.Count == max ? items[^1].Id : null);

    private static async Task<IResult> RedeliverAsync(string id, HttpContext context, Node node)
    {
        var keys = SubscriptionRequests.Parse(await RequestBody.ReadAsync(context, ApiJson.Default.DeadLettersRequest).ConfigureAwait(false));
        return await CountAsync(node, new SubscriptionCommands.Redeliver(id, keys), context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task<IResult> DiscardAsync(string id, HttpContext context, Node node)
    {
        var keys = SubscriptionRequests.Parse(await RequestBody.ReadAsync(context, ApiJson.Default.DeadLettersRequest).ConfigureAwait(false));
        return await CountAsync(node, new SubscriptionCommands.Discard(id, keys), context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task<IResult> CountAsync(Node node, SubscriptionCommands.OfOne message, CancellationToken cancellationToken) => Show<SubscriptionReplies.Queued, DeadLetterCountView>(
        await node.AskPartAsync<object>(node.Subscriptions, message, cancellationToken).ConfigureAwait(false),
        queued => new DeadLetterCountView(queued.Count),
        ApiJson.Default.DeadLetterCountView,
        StatusCodes.Status202Accepted);

    private static IResult Show<TReply, TView>(object answer, Func<TReply, TView> view, JsonTypeInfo<TView> type, int status = StatusCodes.Status200OK) => answer is SubscriptionReplies.Rejected rejected
        ? Problems.Of(rejected.Code, rejected.Detail)
        : Results.Json(view((TReply)answer), type, statusCode: status);
}
