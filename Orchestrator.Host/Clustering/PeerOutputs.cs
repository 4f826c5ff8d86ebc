using System.Net;
using System.Security.Cryptography;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Api;
using Orchestrator.Host.Storage;
using Yarp.ReverseProxy.Forwarder;

namespace Orchestrator.Host.Clustering;

/// <summary>
/// Outputs that are files of other nodes: each stays on the disk of the node whose VM it came from, and is asked for there, over the API between nodes
/// (<see cref="PeerRoutes"/>). Any thread.
/// </summary>
/// <param name="node">Name of this node.</param>
/// <param name="own">What is on this node's own disk.</param>
/// <param name="fleet">Where the others are.</param>
/// <param name="peers">Asks them.</param>
/// <param name="forwarder">Passes their answers on.</param>
/// <param name="time">Measures silence.</param>
internal sealed class PeerOutputs(string node, OutputFiles own, FleetDirectory fleet, PeerClient peers, IHttpForwarder forwarder, TimeProvider time)
{
    /// <summary>Most that is read into memory: the largest output that a program may have, and more than any reply.</summary>
    public const long MaxRestored = 128 * 1024 * 1024;

    /// <summary>A node that sends nothing for so long does not answer.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    private const string Why = "has this output on its disk";

    /// <summary>Whether an output is on another node's disk.</summary>
    public bool IsElsewhere(KeptOutput output) => output.Node is { } name && name != node;

    /// <summary>Answers a request with the output's bytes, or the part of them that the request asks for, as they come.</summary>
    /// <param name="output">One that <see cref="IsElsewhere"/>.</param>
    /// <param name="contentType">Of the bytes.</param>
    /// <param name="context">The request.</param>
    /// <exception cref="RequestException">The node does not answer.</exception>
    public async Task SendAsync(KeptOutput output, string contentType, HttpContext context)
    {
        var peer = await fleet.OfNameAsync(output.Node!, Why, context.RequestAborted).ConfigureAwait(false);
        var error = await forwarder.SendAsync(context, peer.Peer, peers.Invoker, Forwarding.Config, new Fetch(UriOf(peer.Peer, output), contentType), context.RequestAborted).ConfigureAwait(false);
        if (Forwarding.IsUnanswered(context, error))
            throw FleetDirectory.Unreachable(peer.Name, Why, $"at {peer.Peer}, {error}");
    }

    /// <summary>An outcome with all its bytes, wherever they are, for one who wants them in one piece.</summary>
    /// <exception cref="RequestException">A node that has some of them does not answer, or has them no more.</exception>
    /// <exception cref="JobStoreException">They are on this node's disk, and cannot be read.</exception>
    public async Task<Outcome> RestoreAsync(Outcome outcome)
    {
        if (outcome.ResultKept is { } result && IsElsewhere(result))
            outcome = outcome with { Result = await ReadAsync(result).ConfigureAwait(false), ResultKept = null };
        if (outcome.Exec is { StdoutKept: { } stdout } exec && IsElsewhere(stdout))
            outcome = outcome with { Exec = exec with { Stdout = await ReadAsync(stdout).ConfigureAwait(false), StdoutKept = null } };
        if (outcome.Exec is { StderrKept: { } stderr } same && IsElsewhere(stderr))
            outcome = outcome with { Exec = same with { Stderr = await ReadAsync(stderr).ConfigureAwait(false), StderrKept = null } };
        return await own.RestoreAsync(outcome).ConfigureAwait(false);
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(KeptOutput output)
    {
        if (output.Bytes > MaxRestored)
            throw new RequestException("output-not-found", $"the output has {output.Bytes} bytes, which is more than is read at once: GET it through its job {output.JobId}");
        using var silence = new CancellationTokenSource();
        using var timer = time.CreateTimer(_ => silence.Cancel(), null, Silence, Timeout.InfiniteTimeSpan);
        var peer = await fleet.OfNameAsync(output.Node!, Why, silence.Token).ConfigureAwait(false);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, UriOf(peer.Peer, output));
            using var answer = await peers.Invoker.SendAsync(request, silence.Token).ConfigureAwait(false);
            if (answer.StatusCode == HttpStatusCode.NotFound)
                throw new RequestException("output-not-found", $"the node '{peer.Name}' has this output no more: it was forgotten with its job {output.JobId}, or its files were removed");
            answer.EnsureSuccessStatusCode();
            var bytes = new byte[output.Bytes];
            await using var body = await answer.Content.ReadAsStreamAsync(silence.Token).ConfigureAwait(false);
            for (var (at, read) = (0, 1); at < bytes.Length && read > 0; at += read)
            {
                read = await body.ReadAsync(bytes.AsMemory(at), silence.Token).ConfigureAwait(false);
                timer.Change(Silence, Timeout.InfiniteTimeSpan);
            }
            return Convert.ToHexStringLower(SHA256.HashData(bytes)) == output.Sha256 ? bytes : throw new HttpIOException(HttpRequestError.InvalidResponse, "it sent other bytes than it had kept");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            throw FleetDirectory.Unreachable(peer.Name, Why, e is OperationCanceledException ? $"nothing within {Silence.TotalSeconds:0} s" : e.Message);
        }
    }

    private static Uri UriOf(string peer, KeptOutput output) => new($"{peer}{PeerRoutes.OutputOf(output)}");

    private sealed class Fetch(Uri from, string contentType) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken).ConfigureAwait(false);
            proxyRequest.RequestUri = from;
            proxyRequest.Headers.Host = null;
        }

        public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            var isPassedOn = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken).ConfigureAwait(false);
            if (proxyResponse?.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent)
                httpContext.Response.ContentType = contentType;
            return isPassedOn;
        }
    }
}
