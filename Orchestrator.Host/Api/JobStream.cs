using System.Globalization;
using Orchestrator.Actors.FanOut;
using Orchestrator.Host.Clustering;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Api;

/// <summary>A job's stream: the job, its outcomes as they come, the job again when it has ended (docs/API.md).</summary>
internal static class JobStream
{
    /// <summary>Writes the whole stream. The reader pulls: a slow one delays nobody and misses nothing.</summary>
    public static async Task WriteAsync(JobSnapshot job, HttpContext context, Node node)
    {
        var stream = await JsonStream.StartAsync(context, node.Time).ConfigureAwait(false);
        WriteJob(stream, job);
        await stream.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        for (var next = 0; ;)
        {
            if (await NextAsync(stream, job.Id, next, context, node).ConfigureAwait(false) is not { } page)
                return;
            foreach (var outcome in page.Outcomes)
                stream.Write("outcome", (++next).ToString(CultureInfo.InvariantCulture), new JobStreamItem { Outcome = OutcomeView.Of(outcome) }, ApiJson.Default.JobStreamItem);
            if (page.IsLast)
                WriteJob(stream, page.Job);
            await stream.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            if (page.IsLast)
                return;
        }
    }

    /// <summary>What comes next; <see langword="null"/> if it is no longer here: a stream that ends without the ended job is asked for anew.</summary>
    private static async Task<JobReplies.Page?> NextAsync(JsonStream stream, string job, int next, HttpContext context, Node node)
    {
        try
        {
            var news = node.FollowPartAsync<object>(node.JobsOf(job), new JobQueries.Read(job, next), context.RequestAborted);
            return await stream.AwaitNewsAsync(news, context.RequestAborted).ConfigureAwait(false) as JobReplies.Page;
        }
        catch (RequestException e) when (e.Code == LocalParts.Moving)
        {
            return null;
        }
    }

    /// <summary>Awaits the job's end; the job as it stands if it does not come in time.</summary>
    /// <param name="job">As it was accepted.</param>
    /// <param name="wait">How long.</param>
    /// <param name="node">Where it was accepted.</param>
    /// <param name="fleet">Follows it when it moves to another node; <see langword="null"/> where it cannot.</param>
    /// <param name="cancellationToken">The caller leaves.</param>
    public static async Task<JobView> AwaitEndAsync(JobSnapshot job, TimeSpan wait, Node node, ClusterJobs? fleet, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(wait, node.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            for (var (next, ended) = (0, false); !ended;)
            {
                if (await node.FollowPartAsync<object>(node.JobsOf(job.Id), new JobQueries.Read(job.Id, next), either.Token).ConfigureAwait(false) is not JobReplies.Page page)
                    break;
                (next, ended, job) = (page.Next, page.IsLast, page.Job);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The caller's patience ended, the job goes on.
        }
        catch (RequestException e) when (e.Code == LocalParts.Moving && fleet is not null)
        {
            return await fleet.AwaitEndAsync(job.Id, either.Token).ConfigureAwait(false) ?? JobView.Of(job);
        }
        return JobView.Of(job);
    }

    private static void WriteJob(JsonStream stream, JobSnapshot job) => stream.Write("job", null, new JobStreamItem { Job = JobView.Of(job) }, ApiJson.Default.JobStreamItem);
}
