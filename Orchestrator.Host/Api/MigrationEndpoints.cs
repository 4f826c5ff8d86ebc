using Orchestrator.Actors.Migration;
using Orchestrator.Host.Clustering;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Api;

/// <summary>A migration as the API shows it (docs/MIGRATING.md).</summary>
public sealed record DrivenMigrationView
{
    /// <summary>ULID.</summary>
    public required string Id { get; init; }

    /// <summary>The job that asked for it.</summary>
    public required string Job { get; init; }

    /// <summary>UUID of the VM.</summary>
    public string? Vm { get; init; }

    /// <summary>Name of the VM at its source.</summary>
    public required string Name { get; init; }

    /// <summary>VmHost of the source.</summary>
    public required string Host { get; init; }

    /// <summary>VmHost of the destination.</summary>
    public required string To { get; init; }

    /// <summary>The destination, for people; left out until it is found.</summary>
    public string? Destination { get; init; }

    /// <summary>Where it stands.</summary>
    public required DrivePhase Phase { get; init; }

    /// <summary>The source's own word, e.g. <c>active</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Share of the guest's memory that is copied and has not changed since, 0 to 100.</summary>
    public required double Percent { get; init; }

    /// <summary>Bytes that were sent.</summary>
    public required long TransferredBytes { get; init; }

    /// <summary>Bytes that are still to be sent.</summary>
    public required long RemainingBytes { get; init; }

    /// <summary>Bytes of guest memory.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>How often the guest's changes were looked for.</summary>
    public required long Passes { get; init; }

    /// <summary>How long the guest stood still.</summary>
    public double? DowntimeMs { get; init; }

    /// <summary>Whether the agent had nothing under way at the switchover.</summary>
    public bool? Drained { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How it ended.</summary>
    public Actors.FanOut.Phase? Outcome { get; init; }

    /// <summary>Why so.</summary>
    public string? Reason { get; init; }

    /// <summary>The same for people.</summary>
    public string? Message { get; init; }

    /// <summary>From the actor's picture.</summary>
    public static DrivenMigrationView Of(MigrationSnapshot migration)
    {
        ArgumentNullException.ThrowIfNull(migration);
        return new DrivenMigrationView
        {
            Id = migration.Id,
            Job = migration.JobId,
            Vm = migration.Vm.Id?.ToString(),
            Name = migration.Vm.Name,
            Host = migration.Vm.Host,
            To = migration.Spec.To,
            Destination = migration.Destination,
            Phase = migration.Phase,
            Status = migration.Status.Status,
            Percent = Math.Round(migration.Status.Percent, 1),
            TransferredBytes = migration.Status.Transferred,
            RemainingBytes = migration.Status.Remaining,
            TotalBytes = migration.Status.Total,
            Passes = migration.Status.Passes,
            DowntimeMs = migration.Status.Downtime?.TotalMilliseconds,
            Drained = migration.IsDrained,
            CreatedAt = migration.CreatedAt,
            EndedAt = migration.EndedAt,
            Outcome = migration.Outcome,
            Reason = migration.Reason,
            Message = migration.Message,
        };
    }
}

/// <summary><c>/v1/migrations</c>: how far migrations are, of the VMs of all nodes. They are begun, followed and cancelled as jobs.</summary>
internal static class MigrationEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/migrations", ListAsync).Produces<ItemsView<DrivenMigrationView>>();
        routes.MapGet("/v1/migrations/{id}", GetAsync).Produces<DrivenMigrationView>();
    }

    private static async Task<IResult> ListAsync(string? job, HttpContext context, Node node)
    {
        var all = await AllAsync(job, context, node).ConfigureAwait(false);
        return Results.Json(new ItemsView<DrivenMigrationView>([.. all.OrderByDescending(migration => migration.Id, StringComparer.Ordinal)]), ApiJson.Default.ItemsViewDrivenMigrationView);
    }

    private static async Task<IResult> GetAsync(string id, HttpContext context, Node node) =>
        (await AllAsync(null, context, node).ConfigureAwait(false)).FirstOrDefault(migration => migration.Id == id) is { } found
            ? Results.Json(found, ApiJson.Default.DrivenMigrationView)
            : Problems.Of("migration-not-found", $"no node that answers has a migration '{id}', or it was forgotten: GET /v1/migrations lists them, and the job has its outcome");

    /// <summary>This node's, and those of the other nodes of its cluster, unless one of those asks.</summary>
    private static async Task<IReadOnlyList<DrivenMigrationView>> AllAsync(string? job, HttpContext context, Node node)
    {
        var own = await node.AskAsync<MigrationReplies.Migrations>(node.Migrations, new MigrationQueries.List(), context.RequestAborted).ConfigureAwait(false);
        var others = context.Request.Headers.ContainsKey(Forwarding.Header) || context.RequestServices.GetService<ClusterMigrations>() is not { } cluster
            ? []
            : await cluster.ListOthersAsync(job, context.RequestAborted).ConfigureAwait(false);
        return [.. own.Snapshots.Where(migration => job is null || migration.JobId == job).Select(DrivenMigrationView.Of), .. others];
    }
}
