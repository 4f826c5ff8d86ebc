using System.Diagnostics;
using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Host.Clustering;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Api;

/// <summary><c>/v1/jobs</c>: one command to any number of VMs.</summary>
internal static class JobEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/jobs", SubmitAsync).Accepts<JobRequest>("application/json").Produces<JobView>(StatusCodes.Status202Accepted);
        routes.MapPost("/v1/jobs:plan", JobPlanning.PlanAsync).Accepts<JobRequest>("application/json").Produces<PlanView>();
        routes.MapGet("/v1/jobs", ListAsync).Produces<ItemsView<JobView>>();
        routes.MapGet("/v1/jobs/{id}", GetAsync).Produces<JobView>();
        routes.MapGet("/v1/jobs/{id}/invocations", JobInvocations.ListAsync).Produces<InvocationsView>();
        routes.MapGet("/v1/jobs/{id}/events", FollowAsync).Produces<JobStreamItem>(contentType: "application/x-ndjson");
        routes.MapGet("/v1/jobs/{id}/export", JobInvocations.ExportAsync).Produces<JobStreamItem>(contentType: "application/x-ndjson");
        routes.MapPost("/v1/jobs/{id}:cancel", (string id, Node node, CancellationToken cancellationToken) => ChangeAsync(id, new JobCommands.Cancel(id), node, cancellationToken)).Produces<JobView>();
        routes.MapPost("/v1/jobs/{id}:pause", (string id, Node node, CancellationToken cancellationToken) => ChangeAsync(id, new JobCommands.Pause(id), node, cancellationToken)).Produces<JobView>();
        routes.MapPost("/v1/jobs/{id}:resume", (string id, Node node, CancellationToken cancellationToken) => ChangeAsync(id, new JobCommands.Resume(id), node, cancellationToken)).Produces<JobView>();
        routes.MapPost("/v1/jobs/{id}:retry", RetryAsync).AcceptsOptionally<RetryRequest>().Produces<JobView>(StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> SubmitAsync(HttpContext context, Node node)
    {
        var spec = await ReadAsync(context, node).ConfigureAwait(false);
        return await StartAsync(new JobCommands.Submit(spec with { IdempotencyKey = JobQuery.IdempotencyKey(context) }), node.Parts.NewJobs(JobQuery.IdempotencyKey(context)), context, node).ConfigureAwait(false);
    }

    private static async Task<IResult> RetryAsync(string id, HttpContext context, Node node)
    {
        var request = await RequestBody.ReadAsync(context, ApiJson.Default.RetryRequest).ConfigureAwait(false);
        return await StartAsync(new JobCommands.Retry(id, JobQuery.Only(request?.Only)) { Trace = Activity.Current?.Context ?? default }, node.JobsOf(id), context, node).ConfigureAwait(false);
    }

    /// <summary>The job that a request's body asks for.</summary>
    /// <exception cref="RequestException">The body is not as it should be.</exception>
    internal static async Task<JobSpec> ReadAsync(HttpContext context, Node node)
    {
        var request = await RequestBody.ReadAsync(context, ApiJson.Default.JobRequest).ConfigureAwait(false)
            ?? throw new RequestException("invalid-request", "the body is empty: say 'target' and 'command', 'run' or 'migrate'");
        return JobRequests.Parse(request, node.Guest);
    }

    private static async Task<IResult> StartAsync(object command, IActorRef jobs, HttpContext context, Node node)
    {
        var answer = await node.SubmitAsync(jobs, command, context.RequestAborted).ConfigureAwait(false);
        if (answer is JobReplies.Rejected rejected)
            return Problems.Of(rejected);
        var job = ((JobReplies.Accepted)answer).Job;
        if (AcceptsStream(context))
        {
            await JobStream.WriteAsync(job, context, node).ConfigureAwait(false);
            return Results.Empty;
        }
        var view = Preference.Wait(context) is { } wait
            ? await JobStream.AwaitEndAsync(job, wait, node, context.RequestServices.GetService<ClusterJobs>(), context.RequestAborted).ConfigureAwait(false)
            : JobView.Of(job);
        context.Response.Headers.Location = $"/v1/jobs/{view.Id}";
        return Results.Json(view, ApiJson.Default.JobView, statusCode: view.EndedAt is null ? StatusCodes.Status202Accepted : StatusCodes.Status200OK);
    }

    private static async Task<IResult> ListAsync(HttpContext context, Node node)
    {
        var filter = JobQuery.Filter(context.Request.Query);
        if (context.RequestServices.GetService<ClusterJobs>() is { } fleet)
            return Results.Json(new ItemsView<JobView>(await fleet.ListAsync(filter, context.Request.QueryString.Value ?? "", context.RequestAborted).ConfigureAwait(false)), ApiJson.Default.ItemsViewJobView);
        var answer = await node.AskPartAsync<object>(node.Parts.NewJobs(null), new JobQueries.List(filter), context.RequestAborted).ConfigureAwait(false);
        return answer is JobReplies.Listed listed
            ? Results.Json(new ItemsView<JobView>([.. listed.Jobs.Select(JobView.Of)]), ApiJson.Default.ItemsViewJobView)
            : Problems.Of((JobReplies.Rejected)answer);
    }

    private static Task<IResult> GetAsync(string id, Node node, CancellationToken cancellationToken) => ChangeAsync(id, new JobQueries.Get(id), node, cancellationToken);

    private static async Task<IResult> ChangeAsync(string id, object command, Node node, CancellationToken cancellationToken) =>
        await node.AskPartAsync<object>(node.JobsOf(id), command, cancellationToken).ConfigureAwait(false) is var answer && answer is JobReplies.Found found
            ? Results.Json(JobView.Of(found.Job), ApiJson.Default.JobView)
            : Problems.Of((JobReplies.Rejected)answer);

    private static async Task<IResult> FollowAsync(string id, HttpContext context, Node node)
    {
        var answer = await node.AskPartAsync<object>(node.JobsOf(id), new JobQueries.Get(id), context.RequestAborted).ConfigureAwait(false);
        if (answer is JobReplies.Rejected rejected)
            return Problems.Of(rejected);
        await JobStream.WriteAsync(((JobReplies.Found)answer).Job, context, node).ConfigureAwait(false);
        return Results.Empty;
    }

    private static bool AcceptsStream(HttpContext context) => context.Request.Headers.Accept
        .Any(accept => accept is not null && (accept.Contains("application/x-ndjson", StringComparison.Ordinal) || accept.Contains("text/event-stream", StringComparison.Ordinal)));
}
