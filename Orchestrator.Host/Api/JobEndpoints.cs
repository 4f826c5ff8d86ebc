using Orchestrator.Actors.FanOut;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Api;

/// <summary><c>/v1/jobs</c>: one command to any number of VMs.</summary>
internal static class JobEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/jobs", SubmitAsync).Accepts<JobRequest>("application/json").Produces<JobView>(StatusCodes.Status202Accepted);
        routes.MapGet("/v1/jobs", ListAsync).Produces<ItemsView<JobView>>();
        routes.MapGet("/v1/jobs/{id}", GetAsync).Produces<JobView>();
        routes.MapGet("/v1/jobs/{id}/invocations", InvocationsAsync).Produces<ItemsView<OutcomeView>>();
        routes.MapGet("/v1/jobs/{id}/events", FollowAsync).Produces<JobStreamItem>(contentType: "application/x-ndjson");
        routes.MapPost("/v1/jobs/{id}:cancel", CancelAsync).Produces<JobView>();
    }

    private static async Task<IResult> SubmitAsync(HttpContext context, Node node)
    {
        var request = await RequestBody.ReadAsync(context, ApiJson.Default.JobRequest).ConfigureAwait(false)
            ?? throw new RequestException("invalid-request", "the body is empty: say 'target' and 'command' or 'run'");
        var answer = await node.AskAsync<object>(node.Jobs, new JobCommands.Submit(JobRequests.Parse(request, node.Guest)), context.RequestAborted).ConfigureAwait(false);
        if (answer is JobReplies.Rejected rejected)
            return Problems.Of(rejected);
        var job = ((JobReplies.Accepted)answer).Job;
        if (AcceptsStream(context))
        {
            await JobStream.WriteAsync(job, context, node).ConfigureAwait(false);
            return Results.Empty;
        }
        if (Preference.Wait(context) is { } wait)
            job = await JobStream.AwaitEndAsync(job, wait, node, context.RequestAborted).ConfigureAwait(false);
        context.Response.Headers.Location = $"/v1/jobs/{job.Id}";
        var status = job.Phase == JobPhase.Running ? StatusCodes.Status202Accepted : StatusCodes.Status200OK;
        return Results.Json(JobView.Of(job), ApiJson.Default.JobView, statusCode: status);
    }

    private static async Task<IResult> ListAsync(Node node, CancellationToken cancellationToken)
    {
        var listed = await node.AskAsync<JobReplies.Listed>(node.Jobs, JobQueries.List.Newest, cancellationToken).ConfigureAwait(false);
        return Results.Json(new ItemsView<JobView>([.. listed.Jobs.Select(JobView.Of)]), ApiJson.Default.ItemsViewJobView);
    }

    private static async Task<IResult> GetAsync(string id, Node node, CancellationToken cancellationToken) =>
        Show(await node.AskAsync<object>(node.Jobs, new JobQueries.Get(id), cancellationToken).ConfigureAwait(false));

    private static async Task<IResult> CancelAsync(string id, Node node, CancellationToken cancellationToken) =>
        Show(await node.AskAsync<object>(node.Jobs, new JobCommands.Cancel(id), cancellationToken).ConfigureAwait(false));

    private static IResult Show(object answer) => answer is JobReplies.Found found
        ? Results.Json(JobView.Of(found.Job), ApiJson.Default.JobView)
        : Problems.Of((JobReplies.Rejected)answer);

    private static async Task<IResult> InvocationsAsync(string id, Node node, CancellationToken cancellationToken)
    {
        var outcomes = new List<OutcomeView>();
        while (true)
        {
            var answer = await node.AskAsync<object>(node.Jobs, new JobQueries.Read(id, outcomes.Count, Wait: false), cancellationToken).ConfigureAwait(false);
            if (answer is JobReplies.Rejected rejected)
                return Problems.Of(rejected);
            var page = (JobReplies.Page)answer;
            outcomes.AddRange(page.Outcomes.Select(OutcomeView.Of));
            if (page.Outcomes.Count == 0)
                return Results.Json(new ItemsView<OutcomeView>(outcomes), ApiJson.Default.ItemsViewOutcomeView);
        }
    }

    private static async Task<IResult> FollowAsync(string id, HttpContext context, Node node)
    {
        var answer = await node.AskAsync<object>(node.Jobs, new JobQueries.Get(id), context.RequestAborted).ConfigureAwait(false);
        if (answer is JobReplies.Rejected rejected)
            return Problems.Of(rejected);
        await JobStream.WriteAsync(((JobReplies.Found)answer).Job, context, node).ConfigureAwait(false);
        return Results.Empty;
    }

    private static bool AcceptsStream(HttpContext context) => context.Request.Headers.Accept
        .Any(accept => accept is not null && (accept.Contains("application/x-ndjson", StringComparison.Ordinal) || accept.Contains("text/event-stream", StringComparison.Ordinal)));
}
