using System.Globalization;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Events;
using Orchestrator.Host.Controllers;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Api;

/// <summary><c>/v1/controllers</c>: how the node's controllers are, and what they would have done.</summary>
internal static class ControllerEndpoints
{
    private const int MaxReplays = 4;
    private static readonly SemaphoreSlim Replays = new(MaxReplays);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/controllers", ListAsync).Produces<ItemsView<ControllerView>>();
        routes.MapGet("/v1/controllers/{name}", GetAsync).Produces<ControllerDetailView>();
        routes.MapPost("/v1/controllers/{name}:pause", (string name, Node node, CancellationToken cancellationToken) => AskAsync(new ControllerCommands.Pause(name), node, cancellationToken)).Produces<ControllerDetailView>();
        routes.MapPost("/v1/controllers/{name}:resume", (string name, Node node, CancellationToken cancellationToken) => AskAsync(new ControllerCommands.Resume(name), node, cancellationToken)).Produces<ControllerDetailView>();
        routes.MapPost("/v1/controllers/{name}:replay", ReplayAsync).AcceptsOptionally<ReplayRequest>().Produces<ReplayLineView>(contentType: "application/x-ndjson");
        routes.MapPost("/v1/controllers/{name}:trigger", ControllerTrigger.AskAsync).AcceptsOptionally<TriggerRequest>().Produces<TriggerView>(StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ListAsync(Node node, CancellationToken cancellationToken)
    {
        var listed = await node.FollowPartAsync<ControllerReplies.Listed>(node.Controllers, ControllerQueries.List.Instance, cancellationToken).ConfigureAwait(false);
        return Results.Json(new ItemsView<ControllerView>([.. listed.Controllers.Select(ControllerView.Of)]), ApiJson.Default.ItemsViewControllerView);
    }

    private static Task<IResult> GetAsync(string name, HttpContext context, Node node)
    {
        var limit = JobQuery.Number(context.Request.Query, "limit", 100, 1, 1_000);
        return AskAsync(new ControllerQueries.Get(name, context.Request.Query["after"].FirstOrDefault() ?? "", limit), node, context.RequestAborted);
    }

    private static async Task<IResult> AskAsync(object question, Node node, CancellationToken cancellationToken) =>
        await node.AskPartAsync<object>(node.Controllers, question, cancellationToken).ConfigureAwait(false) switch
        {
            ControllerReplies.Found found => Results.Json(ControllerDetailView.Of(found), ApiJson.Default.ControllerDetailView),
            ControllerReplies.Rejected rejected => Problems.Of(rejected.Code, rejected.Detail),
            var other => throw new InvalidOperationException($"an answer that nobody knows: {other}"),
        };

    private static async Task<IResult> ReplayAsync(string name, HttpContext context, Node node, NodeControllers controllers)
    {
        var request = await RequestBody.ReadAsync(context, ApiJson.Default.ReplayRequest).ConfigureAwait(false) ?? new ReplayRequest();
        if (request.Mode is not (null or "shadow"))
            throw new RequestException("invalid-request", $"'mode' is '{request.Mode}': a replay is a shadow, write shadow or nothing");
        if (controllers.Find(name) is not { } registration)
            return Problems.Of("controller-not-found", $"there is no controller '{name}': GET /v1/controllers lists them");
        var from = await CursorOfAsync(request.From ?? "beginning", name, node, context.RequestAborted).ConfigureAwait(false);
        if (!await Replays.WaitAsync(TimeSpan.Zero, context.RequestAborted).ConfigureAwait(false))
            return Problems.Of("too-many-replays", $"{MaxReplays} replays run already: wait for one to end");
        try
        {
            await WriteAsync(new ControllerReplay(registration, controllers.Environment!), from, context, node).ConfigureAwait(false);
        }
        finally
        {
            Replays.Release();
        }
        return Results.Empty;
    }

    private static async Task WriteAsync(ControllerReplay replay, EventCursor from, HttpContext context, Node node)
    {
        var stream = await JsonStream.StartAsync(context, node.Time).ConfigureAwait(false);
        var lines = replay.RunAsync(from, context.RequestAborted).GetAsyncEnumerator(context.RequestAborted);
        await using (lines.ConfigureAwait(false))
        {
            while (await stream.AwaitNewsAsync(lines.MoveNextAsync().AsTask(), context.RequestAborted).ConfigureAwait(false))
            {
                stream.Write("line", null, ReplayLineView.Of(lines.Current), ApiJson.Default.ReplayLineView);
                await stream.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            }
        }
    }

    private static async Task<EventCursor> CursorOfAsync(string from, string name, Node node, CancellationToken cancellationToken)
    {
        if (from == "beginning")
            return EventCursor.Beginning;
        if (from == "cursor")
        {
            return await node.AskPartAsync<object>(node.Controllers, new ControllerQueries.Get(name), cancellationToken).ConfigureAwait(false) is ControllerReplies.Found found
                ? found.Controller.Cursor
                : throw new RequestException("controller-not-found", $"there is no controller '{name}'");
        }
        if (!DateTimeOffset.TryParse(from, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since))
            throw new RequestException("invalid-request", $"'from' is '{from}': write cursor, beginning, or a time such as 2026-01-31T12:00:00Z");
        return await node.EventLogs.FindAsync(since, cancellationToken).OrProblemAsync().ConfigureAwait(false);
    }
}
