using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.Host.Clustering;
using Orchestrator.Host.Endpoints;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Storage;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Api;

/// <summary><c>/v1/vms</c>: the inventory, and a single command to a single VM.</summary>
internal static class VmEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/vms", ListAsync).Produces<ItemsView<VmView>>();
        routes.MapGet("/v1/vms:watch", WatchAsync).Produces<VmStreamItem>(contentType: "application/x-ndjson");
        routes.MapGet("/v1/vms/{vm}", GetAsync).Produces<VmView>();
        routes.MapGet("/v1/vms/{vm}/schema", ListCommandsAsync).Produces<ItemsView<string>>();
        routes.MapGet("/v1/vms/{vm}/schema/{command}", GetCommandAsync).Produces<SchemaView>();
        routes.MapPost("/v1/vms/{vm}:release", ReleaseAsync).Produces<VmView>();
        routes.MapPost("/v1/vms/{vm}/agent/{command}", (string vm, string command, HttpContext context, Node node, OutputFiles outputs) => InvokeAsync(vm, command, wantGuest: true, context, node, outputs)).Produces<OutcomeView>();
        routes.MapPost("/v1/vms/{vm}/qmp/{command}", (string vm, string command, HttpContext context, Node node, OutputFiles outputs) => InvokeAsync(vm, command, wantGuest: false, context, node, outputs)).Produces<OutcomeView>();
    }

    private static async Task<IResult> ListAsync(string? target, Node node, QmpSockets sockets, CancellationToken cancellationToken)
    {
        var selector = target is null ? null : JobRequests.ParseSelector(target);
        var selection = await node.AskAsync<InventoryReplies.Selection>(node.Inventory, new InventoryQueries.Select(selector), cancellationToken).ConfigureAwait(false);
        return Results.Json(new ItemsView<VmView>([.. selection.Entries.Select(entry => VmView.Of(entry.Snapshot, sockets.PathOf(entry.Snapshot), entry.Node))]), ApiJson.Default.ItemsViewVmView);
    }

    private static async Task<IResult> GetAsync(string vm, Node node, QmpSockets sockets, CancellationToken cancellationToken)
    {
        var found = await FindAsync(vm, node, cancellationToken).ConfigureAwait(false);
        return Results.Json(VmView.Of(found.Snapshot, sockets.PathOf(found.Snapshot), found.Node), ApiJson.Default.VmView);
    }

    private static async Task<IResult> ListCommandsAsync(string vm, Node node, CancellationToken cancellationToken)
    {
        var schema = await SchemaOfAsync(vm, node, cancellationToken).ConfigureAwait(false);
        return Results.Json(new ItemsView<string>([.. schema.Commands.Keys.Order(StringComparer.Ordinal)]), ApiJson.Default.ItemsViewString);
    }

    private static async Task<IResult> GetCommandAsync(string vm, string command, Node node, CancellationToken cancellationToken)
    {
        var schema = await SchemaOfAsync(vm, node, cancellationToken).ConfigureAwait(false);
        return schema.TryGetCommand(command, out var found)
            ? Results.Json(SchemaView.Of(found), ApiJson.Default.SchemaView)
            : Problems.Of("unknown-command", $"the QEMU of '{vm}' has no command '{command}': GET /v1/vms/{vm}/schema lists them");
    }

    private static async Task<QapiSchema> SchemaOfAsync(string vm, Node node, CancellationToken cancellationToken)
    {
        var entry = await FindAsync(vm, node, cancellationToken).ConfigureAwait(false);
        var vocabulary = await node.AskAsync<VmReplies.Vocabulary>(entry.Vm, VmQueries.GetVocabulary.Instance, cancellationToken).ConfigureAwait(false);
        return vocabulary.Value?.Schema
            ?? throw new RequestException("schema-unavailable", $"the QEMU of '{vm}' does not tell which commands it has: GET /v1/vms/{vm} says how it is");
    }

    private static async Task WatchAsync(string? target, HttpContext context, Node node, QmpSockets sockets)
    {
        var selector = target is null ? null : JobRequests.ParseSelector(target);
        var stream = await JsonStream.StartAsync(context, node.Time).ConfigureAwait(false);
        for (long after = 0; ;)
        {
            var news = node.FollowAsync<InventoryReplies.Changes>(node.Inventory, new InventoryQueries.ReadChanges(after), context.RequestAborted);
            var changes = await stream.AwaitNewsAsync(news, context.RequestAborted).ConfigureAwait(false);
            foreach (var vm in changes.Changed.Where(vm => selector?.Matches(vm) != false))
                stream.Write("vm", null, new VmStreamItem { Vm = VmView.Of(vm, sockets.PathOf(vm)) }, ApiJson.Default.VmStreamItem);
            foreach (var vm in changes.Gone.Where(vm => selector?.Matches(vm) != false))
                stream.Write("gone", null, new VmStreamItem { Gone = new GoneView(vm.Name, vm.Host) }, ApiJson.Default.VmStreamItem);
            await stream.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            after = changes.Version;
        }
    }

    private static async Task<IResult> ReleaseAsync(string vm, Node node, QmpSockets sockets, CancellationToken cancellationToken)
    {
        var entry = await FindAsync(vm, node, cancellationToken).ConfigureAwait(false);
        return await node.AskAsync<object>(entry.Vm, VmCommands.Release.Instance, cancellationToken).ConfigureAwait(false) is VmReplies.Released released
            ? Results.Json(VmView.Of(released.Snapshot, sockets.PathOf(released.Snapshot)), ApiJson.Default.VmView)
            : Problems.Of("not-quarantined", $"the guest of '{vm}' is not quarantined: there is nothing to release");
    }

    private static async Task<IResult> InvokeAsync(string vm, string command, bool wantGuest, HttpContext context, Node node, OutputFiles outputs)
    {
        var arguments = await RequestBody.ReadAsync(context, ApiJson.Default.JsonElement).ConfigureAwait(false);
        var (route, encoded) = JobRequests.Encode(command, arguments, node.Guest);
        if (wantGuest != (route == CommandRoute.Guest))
            throw new RequestException("unknown-command", wantGuest ? $"'{command}' is not a guest command: POST it to …/qmp/{command}" : $"'{command}' is a guest command: POST it to …/agent/{command}");
        var entry = await FindAsync(vm, node, context.RequestAborted).ConfigureAwait(false);
        var timeout = JobRequests.ParseTimeout(context.Request.Query["timeoutMs"]);
        var outcome = await SingleInvocation.RunAsync(node, entry, route, encoded, timeout, context.RequestAborted).ConfigureAwait(false);
        return Results.Json(OutcomeView.Of(await RestoreAsync(outcome, context, outputs).ConfigureAwait(false)), ApiJson.Default.OutcomeView);
    }

    /// <summary>With its outputs, wherever they are.</summary>
    /// <exception cref="RequestException">They cannot be had: the message says how the command ended all the same.</exception>
    private static async Task<Outcome> RestoreAsync(Outcome outcome, HttpContext context, OutputFiles outputs)
    {
        try
        {
            return await (context.RequestServices.GetService<PeerOutputs>() is { } peers ? peers.RestoreAsync(outcome) : outputs.RestoreAsync(outcome)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RequestException or JobStoreException)
        {
            var job = outcome.ResultKept?.JobId ?? outcome.Exec?.StdoutKept?.JobId ?? outcome.Exec?.StderrKept?.JobId;
            throw new RequestException((e as RequestException)?.Code ?? "store-unavailable", $"the command ended as {outcome.Phase}, and its output cannot be read now: {e.Message}. GET /v1/jobs/{job}/invocations has the rest");
        }
    }

    /// <summary>By UUID or name.</summary>
    /// <exception cref="RequestException">There is none, or several.</exception>
    internal static async Task<InventoryEntry> FindAsync(string vm, Node node, CancellationToken cancellationToken)
    {
        var name = TargetSelector.Quote(vm);
        var selector = JobRequests.ParseSelector(Guid.TryParseExact(vm, "D", out _) ? $"{vm} or {name}" : name);
        var found = (await node.AskAsync<InventoryReplies.Selection>(node.Inventory, new InventoryQueries.Select(selector), cancellationToken).ConfigureAwait(false)).Entries;
        return found.Count switch
        {
            0 => throw new RequestException("vm-not-found", $"there is no VM '{vm}': GET /v1/vms lists them"),
            1 => found[0],
            _ => throw new RequestException("ambiguous-name", $"several VmHosts have a VM '{vm}': use its UUID"),
        };
    }
}
