using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.FanOut;
using Orchestrator.Host.Api;
using Orchestrator.Host.Serving;
using Yarp.ReverseProxy.Forwarder;

namespace Orchestrator.Host.Clustering;

/// <summary>
/// Any node answers for the whole fleet: a request about something that another node has is handed on to it, streams and WebSockets included, so that
/// neither large outputs nor files ever travel between actors. A request is handed on once, and never repeated: who gets it answers.
/// </summary>
internal sealed class Forwarding(RequestDelegate next, IHttpForwarder forwarder, PeerClient peers, Node node, FleetDirectory fleet)
{
    /// <summary>Set on a request that was handed on: the name of the node that did.</summary>
    public const string Header = "Orchestrator-Forwarded-By";

    /// <summary>An exchange in which nothing moves for so long is given up.</summary>
    internal static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = TimeSpan.FromHours(1) };

    private static readonly TimeSpan MovePatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan MovePause = TimeSpan.FromMilliseconds(50);

    private int _dealt;

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Headers.ContainsKey(Header) || await OwnerAsync(context).ConfigureAwait(false) is not { } owner)
        {
            try
            {
                await next(context).ConfigureAwait(false);
                return;
            }
            catch (VmLeftException) when (!context.Response.HasStarted && HomeOf(context) is RequestHome.OfVm)
            {
                owner = await NewOwnerAsync(context).ConfigureAwait(false);
                if (owner is null)
                    throw;
            }
        }
        // How much may come is for who takes it to say.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        var error = await forwarder.SendAsync(context, owner.Peer, peers.Invoker, Config, new Handover(node.Host), context.RequestAborted).ConfigureAwait(false);
        if (IsUnanswered(context, error))
            throw FleetDirectory.Unreachable(owner.Name, "has what this is about", $"at {owner.Peer}, {error}");
    }

    /// <summary>Whether the other node said nothing, rather than something that is passed on.</summary>
    internal static bool IsUnanswered(HttpContext context, ForwarderError error) => error != ForwarderError.None && !context.Response.HasStarted
        && context.Response.StatusCode is (int)HttpStatusCode.BadGateway or (int)HttpStatusCode.GatewayTimeout or (int)HttpStatusCode.ServiceUnavailable;

    /// <summary>A VM that was migrated away a moment ago is another node's: it is known where within a second.</summary>
    private async Task<NodeInfo?> NewOwnerAsync(HttpContext context)
    {
        for (var deadline = node.Time.GetUtcNow() + MovePatience; node.Time.GetUtcNow() < deadline;)
        {
            if (await OwnerAsync(context).ConfigureAwait(false) is { } owner)
                return owner;
            await Task.Delay(MovePause, node.Time, context.RequestAborted).ConfigureAwait(false);
        }
        return null;
    }

    private static RequestHome HomeOf(HttpContext context) => RequestHome.Of(context.Request.Method, context.Request.Path.Value ?? "", context.Request.Headers["Idempotency-Key"].FirstOrDefault());

    /// <summary>The other node that has it; <see langword="null"/> when this one answers.</summary>
    private async Task<NodeInfo?> OwnerAsync(HttpContext context) => HomeOf(context) switch
    {
        RequestHome.OfVm vm => await fleet.OfVmAsync(vm.Vm, context.RequestAborted).ConfigureAwait(false),
        RequestHome.OfDuty duty => await fleet.OfDutyAsync(duty.Duty, context.RequestAborted).ConfigureAwait(false),
        RequestHome.OfNode other => await fleet.OfOtherAsync(other.Name, context.RequestAborted).ConfigureAwait(false),
        RequestHome.OfNewJob when node.Parts.HasJobs => null,
        RequestHome.OfNewJob => await fleet.OfDutyAsync(NextJobs(), context.RequestAborted).ConfigureAwait(false),
        _ => null,
    };

    /// <summary>New jobs are dealt out to the partitions in turn.</summary>
    private string NextJobs() => LocalParts.JobsOf(JobPartition.OfGateways[(int)((uint)Interlocked.Increment(ref _dealt) % JobPartition.OfGateways.Length)]);

    private sealed class Handover(string from) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken).ConfigureAwait(false);
            proxyRequest.Headers.Host = null;
            proxyRequest.Headers.TryAddWithoutValidation(Header, from);
        }
    }
}
