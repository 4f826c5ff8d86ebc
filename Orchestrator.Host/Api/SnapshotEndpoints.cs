using System.Text.RegularExpressions;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Api;

/// <summary>Body of <c>POST /v1/snapshots</c>.</summary>
public sealed record SnapshotRequest
{
    /// <summary>Selector.</summary>
    public string? Target { get; init; }

    /// <summary>Part of the new files' names: 1 to 64 letters, digits, <c>.</c>, <c>_</c> and <c>-</c>.</summary>
    public string? Name { get; init; }

    /// <summary>Where the new files go, as QEMU sees it; beside each disk by default.</summary>
    public string? Dir { get; init; }

    /// <summary>What is demanded of every VM; <c>Fs</c> by default.</summary>
    public FreezeRequirement? Require { get; init; }

    /// <summary>Thaw all VMs only when the last one's disks are done with, and not each as soon as it can be.</summary>
    public bool ThawTogether { get; init; }
}

/// <summary>A snapshot of many VMs.</summary>
/// <param name="Freeze">The group as which they were frozen; left out if it did not come to that.</param>
/// <param name="SkewMs">From the first VM's answer to the freeze to the last one's.</param>
/// <param name="Items">What became of each.</param>
public sealed record SnapshotView(string? Freeze, double? SkewMs, IReadOnlyList<VmDiskSnapshotView> Items)
{
    /// <summary>From the actor's answer.</summary>
    public static SnapshotView Of(FreezeReplies.Snapshots taken)
    {
        ArgumentNullException.ThrowIfNull(taken);
        return new SnapshotView(taken.GroupId.Length > 0 ? taken.GroupId : null, taken.Skew?.TotalMilliseconds, [.. taken.Vms.Select(VmDiskSnapshotView.Of)]);
    }
}

/// <summary>What became of one VM's snapshot.</summary>
public sealed record VmDiskSnapshotView(string? Vm, string Name, string Host, Phase Phase, string? Reason, Consistency? Consistency, double? FrozenMs, IReadOnlyList<DiskFile> Files, string? Message)
{
    /// <summary>From the actor's answer.</summary>
    public static VmDiskSnapshotView Of(VmDiskSnapshot taken)
    {
        ArgumentNullException.ThrowIfNull(taken);
        return new VmDiskSnapshotView(
            taken.Vm.Id?.ToString(), taken.Vm.Name, taken.Vm.Host, taken.Phase, taken.Reason, taken.Consistency, taken.FrozenFor?.TotalMilliseconds, taken.Files, taken.Message);
    }
}

/// <summary><c>/v1/snapshots</c>: the disks of many VMs, all of one moment.</summary>
internal static partial class SnapshotEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/snapshots", TakeAsync).Accepts<SnapshotRequest>("application/json").Produces<SnapshotView>();

    private static async Task<IResult> TakeAsync(HttpContext context, Node node)
    {
        var request = await RequestBody.ReadAsync(context, ApiJson.Default.SnapshotRequest).ConfigureAwait(false)
            ?? throw new RequestException("invalid-request", "the body is empty: say 'target' and 'name'");
        // Once begun, it is carried out, whether or not its caller waits.
        var answer = await node.FollowPartAsync<object>(node.Freezes, new FreezeCommands.Snapshot(Parse(request)), context.RequestAborted).ConfigureAwait(false);
        return answer is FreezeReplies.Rejected rejected
            ? Problems.Of(rejected.Code, rejected.Detail)
            : Results.Json(SnapshotView.Of((FreezeReplies.Snapshots)answer), ApiJson.Default.SnapshotView);
    }

    private static SnapshotSpec Parse(SnapshotRequest request)
    {
        if (request.Name is not { } name || !SnapshotName().IsMatch(name))
            throw new RequestException("invalid-request", "'name' must have 1 to 64 letters, digits, '.', '_' and '-', the first of them a letter or a digit");
        if (request.Dir is { } directory && !Path.IsPathRooted(directory))
            throw new RequestException("invalid-request", $"'dir' must be an absolute path, and is '{directory}'");
        return new SnapshotSpec
        {
            Target = FreezeRequests.ParseTarget(request.Target),
            Name = name,
            Directory = request.Dir,
            Require = request.Require ?? FreezeRequirement.Fs,
            ThawEach = !request.ThawTogether,
        };
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    private static partial Regex SnapshotName();
}
