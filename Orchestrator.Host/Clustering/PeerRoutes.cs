using Microsoft.Net.Http.Headers;
using Orchestrator.Actors.FanOut;
using Orchestrator.Host.Api;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Storage;

namespace Orchestrator.Host.Clustering;

/// <summary>What only nodes ask each other, on the peer listener alone. Everybody else finds nothing there.</summary>
internal static class PeerRoutes
{
    /// <summary>Lists the jobs that a node has, with the query of <c>GET /v1/jobs</c>: a <see cref="HeldJobsView"/>.</summary>
    public const string Jobs = "/peer/v1/jobs";

    private const string Outputs = "/peer/v1/outputs";

    /// <summary>The path of an output that is a file of the node that is asked.</summary>
    public static string OutputOf(KeptOutput output) => $"{Outputs}/{output.JobId}/{output.Sha256}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet($"{Outputs}/{{job}}/{{sha256}}", GetOutput).ExcludeFromDescription();
        routes.MapGet(Jobs, ListJobsAsync).ExcludeFromDescription();
        routes.MapGet($"{PeerChannels.Path}/{{channel}}", OpenChannelAsync).ExcludeFromDescription();
        routes.MapGet($"{PeerChannels.UnreadPath}/{{id}}", HasUnreadAsync).ExcludeFromDescription();
    }

    private static IResult GetOutput(string job, string sha256, HttpContext context, Node node, OutputFiles files)
    {
        AssertPeer(context);
        // They become a path.
        if (!JobPartition.IsOfSome(job) || !job.All(char.IsAsciiLetterOrDigit) || sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigitLower))
            throw new RequestException("invalid-request", "an output is named by its job and the SHA-256 of its bytes");
        var file = files.Open(new KeptOutput(job, 0, sha256))
            ?? throw new RequestException("output-not-found", $"the node '{node.Host}' has this output no more: it was forgotten with its job {job}, or its files were removed");
        return Results.Stream(file, "application/octet-stream", enableRangeProcessing: true, entityTag: new EntityTagHeaderValue($"\"{sha256}\""));
    }

    private static async Task<IResult> ListJobsAsync(HttpContext context, ClusterJobs jobs)
    {
        AssertPeer(context);
        return Results.Json(await jobs.ListHeldAsync(JobQuery.Filter(context.Request.Query), context.RequestAborted).ConfigureAwait(false), PeerJson.Default.HeldJobsView);
    }

    private static Task OpenChannelAsync(string channel, string vm, HttpContext context, Node node, LentChannels channels)
    {
        AssertPeer(context);
        return channels.ServeAsync(context, channel, vm, node);
    }

    private static async Task<IResult> HasUnreadAsync(string id, long written, HttpContext context, LentChannels channels)
    {
        AssertPeer(context);
        return Results.Json(await channels.HasUnreadAsync(id, written, context.RequestAborted).ConfigureAwait(false), PeerJson.Default.Boolean);
    }

    private static void AssertPeer(HttpContext context)
    {
        if (context.Features.Get<PeerConnection>() is null)
            throw new RequestException("not-found", $"there is nothing at {context.Request.Path}: GET /openapi.json lists what there is");
    }
}

/// <summary>The jobs that one node has.</summary>
/// <param name="Partitions">Those of the jobs that it has: one character each.</param>
/// <param name="Items">Newest first.</param>
internal sealed record HeldJobsView(string Partitions, IReadOnlyList<JobView> Items);
