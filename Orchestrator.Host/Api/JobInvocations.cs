using System.Globalization;
using System.Text.Json;
using Orchestrator.Actors.FanOut;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Api;

/// <summary>The targets of a job as they stand, in the order of its target list.</summary>
internal static class JobInvocations
{
    private const int PageSize = 512;

    /// <summary><c>GET /v1/jobs/{id}/invocations</c>: a page, or all without a limit.</summary>
    public static async Task<IResult> ListAsync(string id, HttpContext context, Node node)
    {
        var query = context.Request.Query;
        var where = JobQuery.Invocations(query);
        var limit = JobQuery.Number(query, "limit", 0, 1, JobQuery.MostInvocations);
        var (items, next) = (new List<JsonElement>(), (int?)JobQuery.Number(query, "cursor", 0, 0, int.MaxValue));
        while (next is { } from && (limit == 0 || items.Count < limit))
        {
            var page = Math.Min(PageSize, limit == 0 ? PageSize : limit - items.Count);
            var answer = await node.AskPartAsync<object>(node.JobsOf(id), new JobQueries.Inspect(id, from, page) { Where = where }, context.RequestAborted).ConfigureAwait(false);
            if (answer is JobReplies.Rejected rejected)
                return Problems.Of(rejected);
            var invocations = (JobReplies.Invocations)answer;
            items.AddRange(invocations.Items.Select(ViewOf));
            next = invocations.Next;
        }
        return Results.Json(new InvocationsView(items, next?.ToString(CultureInfo.InvariantCulture)), ApiJson.Default.InvocationsView);
    }

    /// <summary><c>GET /v1/jobs/{id}/export</c>: the job and each target's present outcome as lines, without waiting for more.</summary>
    public static async Task<IResult> ExportAsync(string id, HttpContext context, Node node)
    {
        var answer = await node.AskPartAsync<object>(node.JobsOf(id), new JobQueries.Get(id), context.RequestAborted).ConfigureAwait(false);
        if (answer is JobReplies.Rejected rejected)
            return Problems.Of(rejected);
        var stream = await JsonStream.StartAsync(context, node.Time).ConfigureAwait(false);
        stream.Write("job", null, new JobStreamItem { Job = JobView.Of(((JobReplies.Found)answer).Job) }, ApiJson.Default.JobStreamItem);
        for (int? next = 0; next is { } from;)
        {
            var read = new JobQueries.Inspect(id, from, PageSize) { Where = static state => state.Outcome is not null };
            if (await node.AskPartAsync<object>(node.JobsOf(id), read, context.RequestAborted).ConfigureAwait(false) is not JobReplies.Invocations page)
                break;
            foreach (var state in page.Items)
                stream.Write("outcome", state.Ordinal.ToString(CultureInfo.InvariantCulture), new JobStreamItem { Outcome = OutcomeView.Of(state.Outcome!) }, ApiJson.Default.JobStreamItem);
            await stream.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            next = page.Next;
        }
        return Results.Empty;
    }

    private static JsonElement ViewOf(InvocationState state) => state.Outcome is { } outcome
        ? JsonSerializer.SerializeToElement(OutcomeView.Of(outcome), ApiJson.Default.OutcomeView)
        : JsonSerializer.SerializeToElement(
            new PendingView(state.Target.Vm?.ToString(), state.Target.Name, state.Target.Host, state.Pending!.Value, state.Reason, state.Attempt), ApiJson.Default.PendingView);
}
