using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Host.Clustering;
using Orchestrator.Host.Clustering.Discovery;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Api;

/// <summary><c>/v1/nodes</c> and <c>/v1/cluster</c>: who is in the cluster, who does what, and how a node leaves it.</summary>
internal static class NodeEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/nodes", ListAsync).Produces<ItemsView<NodeView>>();
        routes.MapGet("/v1/nodes/{name}", GetAsync).Produces<NodeView>();
        routes.MapPost("/v1/nodes/{name}:drain", DrainAsync).Produces<NodeView>(StatusCodes.Status202Accepted);
        routes.MapPost("/v1/nodes/{name}:remove", RemoveAsync).Produces<NodeView>();
        routes.MapGet("/v1/cluster", GetClusterAsync).Produces<ClusterView>();
    }

    private static async Task<IResult> ListAsync(HttpContext context, Node node) =>
        Results.Json(new ItemsView<NodeView>(await NodesAsync(context, node).ConfigureAwait(false)), ApiJson.Default.ItemsViewNodeView);

    private static async Task<IResult> GetAsync(string name, HttpContext context, Node node)
    {
        var nodes = await NodesAsync(context, node).ConfigureAwait(false);
        return nodes.FirstOrDefault(item => item.Name == name) is { } found ? Results.Json(found, ApiJson.Default.NodeView) : throw NotFound(name);
    }

    /// <summary>Comes to the node itself: others hand it on. The process ends when what it does has been handed over.</summary>
    private static async Task<IResult> DrainAsync(string name, HttpContext context, Node node, IHostApplicationLifetime lifetime)
    {
        _ = ClusterOf(context);
        if (name != node.Host)
            throw NotFound(name);
        var self = (await NodesAsync(context, node).ConfigureAwait(false)).First(item => item.IsSelf);
        context.Response.OnCompleted(() =>
        {
            lifetime.StopApplication();
            return Task.CompletedTask;
        });
        return Results.Json(self with { State = NodeState.Leaving }, ApiJson.Default.NodeView, statusCode: StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> RemoveAsync(string name, HttpContext context, Node node)
    {
        var answer = await node.AskAsync<object>(ClusterOf(context).Nodes, new NodeCommands.Remove(name), context.RequestAborted).ConfigureAwait(false);
        return answer is NodeReplies.Removed removed
            ? Results.Json(View(removed.Node, 0, null), ApiJson.Default.NodeView)
            : Problems.Of(((NodeReplies.Rejected)answer).Code, ((NodeReplies.Rejected)answer).Message);
    }

    private static async Task<IResult> GetClusterAsync(HttpContext context, Node node)
    {
        var known = ClusterOf(context).DutyNames;
        var nodes = await NodesAsync(context, node).ConfigureAwait(false);
        var claims = await ClaimsAsync(context).ConfigureAwait(false)
            ?? throw new RequestException("store-unavailable", "the store does not tell who has which duty: ask again, GET /v1/nodes shows the nodes meanwhile");
        var duties = known.Union(claims.Keys).Order(StringComparer.Ordinal).Select(duty => claims.GetValueOrDefault(duty) is { } claim ? new DutyView(duty, claim.Owner, claim.Epoch) : new DutyView(duty, null, null));
        var contacts = context.RequestServices.GetRequiredService<ClusterContacts>().Last.Select(answer => new ContactView(answer.Source, [.. answer.Addresses.Select(address => address.ToString())], answer.Trouble));
        return Results.Json(new ClusterView(nodes.FirstOrDefault(item => item.IsLeader)?.Name, nodes, [.. duties], [.. contacts]), ApiJson.Default.ClusterView);
    }

    private static async Task<IReadOnlyList<NodeView>> NodesAsync(HttpContext context, Node node)
    {
        var vms = await node.AskAsync<InventoryReplies.Selection>(node.Inventory, new InventoryQueries.Select(null), context.RequestAborted).ConfigureAwait(false);
        if (context.RequestServices.GetService<ClusterActors>() is not { } cluster)
            return [Alone(node, vms.Entries.Count)];
        var counts = vms.Entries.CountBy(entry => entry.Node ?? node.Host).ToDictionary(StringComparer.Ordinal);
        var claims = await ClaimsAsync(context).ConfigureAwait(false);
        var known = await node.AskAsync<NodeReplies.Nodes>(cluster.Nodes, NodeQueries.List.Instance, context.RequestAborted).ConfigureAwait(false);
        return [.. known.Items.Select(item => View(item, counts.GetValueOrDefault(item.Info.Name), claims))];
    }

    /// <summary>Duties by name; <see langword="null"/> when the store does not tell.</summary>
    private static async Task<IReadOnlyDictionary<string, DutyClaim>?> ClaimsAsync(HttpContext context)
    {
        try
        {
            var claims = await context.RequestServices.GetRequiredService<IDutyStore>().ListAsync("", context.RequestAborted).ConfigureAwait(false);
            return claims.Where(claim => claim.Duty != ClusterJoin.Formation && !claim.Duty.StartsWith(NodeName.Prefix, StringComparison.Ordinal) && !claim.Duty.StartsWith(ClusterJoin.MemberPrefix, StringComparison.Ordinal)).ToDictionary(claim => claim.Duty, StringComparer.Ordinal);
        }
        catch (JobStoreException)
        {
            return null;
        }
    }

    private static NodeView Alone(Node node, int vms) => new()
    {
        Name = node.Host,
        State = NodeState.Up,
        Version = SystemEndpoints.Version,
        Roles = ["vmhost", "gateway"],
        IsLeader = true,
        IsSelf = true,
        Vms = vms,
        Duties = [],
    };

    private static NodeView View(Actors.Clustering.Nodes.NodeView node, int vms, IReadOnlyDictionary<string, DutyClaim>? claims) => new()
    {
        Name = node.Info.Name,
        State = node.State,
        Since = node.Since,
        Version = node.Info.Version,
        Roles = node.Info.Roles,
        Address = node.Info.Address,
        Peer = node.Info.Peer,
        StartedAt = node.Info.StartedAt,
        IsLeader = node.IsLeader,
        IsSelf = node.IsSelf,
        Vms = vms,
        Duties = claims is null ? null : [.. claims.Values.Where(claim => claim.Owner == node.Info.Name).Select(claim => claim.Duty).Order(StringComparer.Ordinal)],
    };

    private static ClusterActors ClusterOf(HttpContext context) => context.RequestServices.GetService<ClusterActors>()
        ?? throw new RequestException("not-clustered", "this node is in no cluster: start it with 'serve --cluster-listen HOST:PORT' and a store that all nodes share (docs/CLUSTER.md)");

    private static RequestException NotFound(string name) => new("node-not-found", $"there is no node '{name}': GET /v1/nodes lists them");
}
