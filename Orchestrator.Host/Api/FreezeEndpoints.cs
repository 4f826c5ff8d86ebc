using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Api;

/// <summary><c>/v1/freezes</c>: groups of VMs that are frozen together, and the leases under which they are.</summary>
internal static class FreezeEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/freezes", CreateAsync).Accepts<FreezeRequest>("application/json").Produces<FreezeView>(StatusCodes.Status201Created);
        routes.MapGet("/v1/freezes", ListAsync).Produces<ItemsView<FreezeView>>();
        routes.MapGet("/v1/freezes/{id}", GetAsync).Produces<FreezeView>();
        routes.MapPost("/v1/freezes/{id}:thaw", ThawAsync).Produces<FreezeView>();
        routes.MapPost("/v1/freezes/{id}:extend", ExtendAsync).AcceptsOptionally<ExtendRequest>().Produces<FreezeView>();
        routes.MapPost("/v1/freezes:thaw", ThawVmsAsync).Accepts<ThawRequest>("application/json").Produces<ItemsView<ThawedVmView>>();
        routes.MapGet("/v1/freeze-leases", ListLeasesAsync).Produces<ItemsView<LeaseView>>();
    }

    private static async Task<IResult> CreateAsync(HttpContext context, Node node)
    {
        var request = await RequestBody.ReadAsync(context, ApiJson.Default.FreezeRequest).ConfigureAwait(false)
            ?? throw new RequestException("invalid-request", "the body is empty: say 'target'");
        var answer = await node.FollowPartAsync<object>(node.Freezes, new FreezeCommands.Create(FreezeRequests.Parse(request, node)), context.RequestAborted).ConfigureAwait(false);
        if (answer is FreezeReplies.Group group)
            context.Response.Headers.Location = $"/v1/freezes/{group.Snapshot.Id}";
        return Show(answer, StatusCodes.Status201Created);
    }

    private static async Task<IResult> ListAsync(Node node, CancellationToken cancellationToken)
    {
        var listed = await node.AskPartAsync<FreezeReplies.Groups>(node.Freezes, FreezeQueries.List.Instance, cancellationToken).ConfigureAwait(false);
        return Results.Json(new ItemsView<FreezeView>([.. listed.Snapshots.Select(FreezeView.Of)]), ApiJson.Default.ItemsViewFreezeView);
    }

    private static async Task<IResult> GetAsync(string id, Node node, CancellationToken cancellationToken) =>
        Show(await node.AskPartAsync<object>(node.Freezes, new FreezeQueries.Get(id), cancellationToken).ConfigureAwait(false));

    private static async Task<IResult> ThawAsync(string id, Node node, CancellationToken cancellationToken) =>
        Show(await node.FollowPartAsync<object>(node.Freezes, new FreezeCommands.Thaw(id), cancellationToken).ConfigureAwait(false));

    private static async Task<IResult> ExtendAsync(string id, HttpContext context, Node node)
    {
        var request = await RequestBody.ReadAsync(context, ApiJson.Default.ExtendRequest).ConfigureAwait(false) ?? new ExtendRequest();
        return Show(await node.AskPartAsync<object>(node.Freezes, FreezeRequests.Parse(id, request), context.RequestAborted).ConfigureAwait(false));
    }

    private static async Task<IResult> ThawVmsAsync(HttpContext context, Node node)
    {
        var request = await RequestBody.ReadAsync(context, ApiJson.Default.ThawRequest).ConfigureAwait(false)
            ?? throw new RequestException("invalid-request", "the body is empty: say 'target'");
        var selected = await node.AskAsync<InventoryReplies.Selection>(node.Inventory, new InventoryQueries.Select(FreezeRequests.ParseTarget(request.Target)), context.RequestAborted).ConfigureAwait(false);
        if (selected.Entries.Count == 0)
            return Problems.Of("no-targets", "the selector matches no VM: 'orchestrator vm ls' shows the names, labels and states there are");
        var thawed = await node.FollowPartAsync<FreezeReplies.ThawedVms>(node.Freezes, new FreezeCommands.ThawVms(selected.Entries, request.Force), context.RequestAborted).ConfigureAwait(false);
        return Results.Json(new ItemsView<ThawedVmView>([.. thawed.Vms.Select(ThawedVmView.Of)]), ApiJson.Default.ItemsViewThawedVmView);
    }

    /// <summary>Those on this node's disk, and those that other nodes tell of their VMs.</summary>
    private static async Task<IResult> ListLeasesAsync(LeaseBook leases, Node node, CancellationToken cancellationToken)
    {
        var all = await node.AskAsync<InventoryReplies.Selection>(node.Inventory, new InventoryQueries.Select(null), cancellationToken).ConfigureAwait(false);
        var held = leases.All.Concat(all.Entries.Where(vm => vm.Node is { } other && other != node.Host).Select(vm => vm.Snapshot.Lease).OfType<FreezeLease>());
        return Results.Json(
            new ItemsView<LeaseView>([.. held.OrderBy(lease => lease.Host, StringComparer.Ordinal).ThenBy(lease => lease.Vm, StringComparer.Ordinal).Select(lease => LeaseView.Of(lease) with { Name = lease.Vm, Host = lease.Host })]),
            ApiJson.Default.ItemsViewLeaseView);
    }

    private static IResult Show(object answer, int status = StatusCodes.Status200OK) => answer is FreezeReplies.Rejected rejected
        ? Problems.Of(rejected.Code, rejected.Detail)
        : Results.Json(FreezeView.Of(((FreezeReplies.Group)answer).Snapshot), ApiJson.Default.FreezeView, statusCode: status);
}
