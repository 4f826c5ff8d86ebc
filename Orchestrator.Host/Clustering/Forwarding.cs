using System.Net;
using Akka.Actor;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Host.Api;
using Orchestrator.Host.Serving;
using Yarp.ReverseProxy.Forwarder;

namespace Orchestrator.Host.Clustering;

/// <summary>
/// Any node answers for the whole fleet: a request about something that another node has is handed on to it, streams and WebSockets included, so that
/// neither large outputs nor files ever travel between actors. A request is handed on once: who gets it answers.
/// </summary>
internal sealed class Forwarding(RequestDelegate next, IHttpForwarder forwarder, PeerClient peers, Node node, ClusterActors cluster)
{
    /// <summary>Set on a request that was handed on: the name of the node that did.</summary>
    public const string Header = "Orchestrator-Forwarded-By";

    private static readonly TimeSpan LocatePause = TimeSpan.FromMilliseconds(250);

    /// <summary>A duty whose node died is elsewhere by then.</summary>
    private static readonly TimeSpan LocatePatience = TimeSpan.FromSeconds(20);

    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = TimeSpan.FromHours(1) };

    private int _dealt;

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Headers.ContainsKey(Header) || await OwnerAsync(context).ConfigureAwait(false) is not { } owner)
        {
            await next(context).ConfigureAwait(false);
            return;
        }
        var error = await forwarder.SendAsync(context, owner.Peer, peers.Invoker, Config, new Handover(node.Host), context.RequestAborted).ConfigureAwait(false);
        if (error != ForwarderError.None && !context.Response.HasStarted && context.Response.StatusCode is (int)HttpStatusCode.BadGateway or (int)HttpStatusCode.GatewayTimeout or (int)HttpStatusCode.ServiceUnavailable)
            throw new RequestException("node-unreachable", $"the node '{owner.Name}' has what this is about and does not answer at {owner.Peer} ({error}): ask again, or see 'orchestrator node ls'");
    }

    /// <summary>The other node that has it; <see langword="null"/> when this one answers.</summary>
    private async Task<NodeInfo?> OwnerAsync(HttpContext context) => RequestHome.Of(context.Request.Method, context.Request.Path.Value ?? "", context.Request.Headers["Idempotency-Key"].FirstOrDefault()) switch
    {
        RequestHome.OfVm vm => await OwnerOfAsync(vm.Vm, context.RequestAborted).ConfigureAwait(false),
        RequestHome.OfDuty duty => await HomeOfAsync(duty.Duty, context.RequestAborted).ConfigureAwait(false),
        RequestHome.OfNode other => await OtherAsync(other.Name, context.RequestAborted).ConfigureAwait(false),
        RequestHome.OfNewJob when node.Parts.HasJobs => null,
        RequestHome.OfNewJob => await HomeOfAsync(NextJobs(), context.RequestAborted).ConfigureAwait(false),
        _ => null,
    };

    /// <summary>New jobs are dealt out to the partitions in turn.</summary>
    private string NextJobs() => LocalParts.JobsOf(JobPartition.OfGateways[(int)((uint)Interlocked.Increment(ref _dealt) % JobPartition.OfGateways.Length)]);

    /// <summary>What is not known here is answered here: with the words for it.</summary>
    private async Task<NodeInfo?> OwnerOfAsync(string vm, CancellationToken cancellationToken)
    {
        var all = await node.AskAsync<InventoryReplies.Selection>(node.Inventory, new InventoryQueries.Select(null), cancellationToken).ConfigureAwait(false);
        var owners = all.Entries.Where(entry => entry.Snapshot.Name == vm || entry.Snapshot.Id?.ToString() == vm).Select(entry => (entry.Node, entry.Part)).Distinct().ToArray();
        // A remote VmHost may be on its way to another node than it was on.
        if (owners is [(not null, { } part)] && part != owners[0].Node)
            return await HomeOfAsync(ClusterDuties.OfVmHost(part), cancellationToken).ConfigureAwait(false);
        return owners is [({ } owner, _)] && owner != node.Host ? await NodeAsync(owner, cancellationToken).ConfigureAwait(false) : null;
    }

    private async Task<NodeInfo?> OtherAsync(string name, CancellationToken cancellationToken)
    {
        var known = await node.AskAsync<NodeReplies.Nodes>(cluster.Nodes, NodeQueries.List.Instance, cancellationToken).ConfigureAwait(false);
        return name != node.Host && known.Items.Any(item => item.Info.Name == name) ? await NodeAsync(name, cancellationToken).ConfigureAwait(false) : null;
    }

    private async Task<NodeInfo?> HomeOfAsync(string duty, CancellationToken cancellationToken)
    {
        for (var deadline = node.Time.GetUtcNow() + LocatePatience; ;)
        {
            try
            {
                var home = await cluster.Duties.Ask<DutyMessages.Home>(new DutyMessages.Locate(duty), TimeSpan.FromSeconds(2), cancellationToken).ConfigureAwait(false);
                if (home.Epoch is not null)
                    return home.Node == node.Host ? null : await NodeAsync(home.Node, cancellationToken).ConfigureAwait(false);
            }
            catch (AskTimeoutException)
            {
                // It is moving.
            }
            if (node.Time.GetUtcNow() >= deadline)
                throw new RequestException("moving", $"no node has '{duty}' now: ask again in a few seconds ('orchestrator node ls' shows the nodes, their logs say why)");
            await Task.Delay(LocatePause, node.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <exception cref="RequestException">It does not answer.</exception>
    private async Task<NodeInfo> NodeAsync(string name, CancellationToken cancellationToken)
    {
        var known = await node.AskAsync<NodeReplies.Nodes>(cluster.Nodes, NodeQueries.List.Instance, cancellationToken).ConfigureAwait(false);
        var found = known.Items.FirstOrDefault(item => item.Info.Name == name && item.State is NodeState.Up or NodeState.Leaving);
        return found is not null
            ? found.Info
            : throw new RequestException("node-unreachable", $"the node '{name}' has what this is about and does not answer: ask again when it is back, or see 'orchestrator node ls'");
    }

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
