using Orchestrator.Actors.Freezing;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Api;

/// <summary>Body of <c>POST /v1/freezes</c>.</summary>
public sealed record FreezeRequest
{
    /// <summary>Selector.</summary>
    public string? Target { get; init; }

    /// <summary>Time of the leases in milliseconds; 60,000 by default, 1,000 to 3,600,000.</summary>
    public double? TtlMs { get; init; }

    /// <summary>What is demanded of every VM; <c>Fs</c> by default.</summary>
    public FreezeRequirement? Require { get; init; }

    /// <summary>Where the filesystems are mounted that are to be frozen; all by default.</summary>
    public IReadOnlyList<string>? Mountpoints { get; init; }

    /// <summary>Who may extend the leases; <c>api</c> by default.</summary>
    public string? Owner { get; init; }
}

/// <summary>Body of <c>POST /v1/freezes/{id}:extend</c>.</summary>
public sealed record ExtendRequest
{
    /// <summary>Must be the group's; <c>api</c> by default.</summary>
    public string? Owner { get; init; }

    /// <summary>From now, in milliseconds; the group's own by default.</summary>
    public double? TtlMs { get; init; }
}

/// <summary>Body of <c>POST /v1/freezes:thaw</c>.</summary>
public sealed record ThawRequest
{
    /// <summary>Selector.</summary>
    public string? Target { get; init; }

    /// <summary>Also what somebody else has frozen.</summary>
    public bool Force { get; init; }
}

/// <summary>Checks them, before anything is done.</summary>
internal static class FreezeRequests
{
    private const string DefaultOwner = "api";
    private const int MaxOwner = 256;
    private const int MaxMountpoints = 256;

    /// <exception cref="RequestException">The request cannot be carried out as it is.</exception>
    public static FreezeSpec Parse(FreezeRequest request, Node node)
    {
        var spec = new FreezeSpec { Target = ParseTarget(request.Target), Owner = OwnerOf(request.Owner), Ttl = TtlOf(request.TtlMs) ?? FreezeSpec.DefaultTtl, Require = request.Require ?? FreezeRequirement.Fs };
        if (request.Mountpoints is not { } mountpoints)
            return spec;
        if (mountpoints.Count is 0 or > MaxMountpoints || mountpoints.Any(mountpoint => mountpoint is not { Length: > 0 }))
            throw new RequestException("invalid-request", $"'mountpoints' must have 1 to {MaxMountpoints} paths; leave it out for all filesystems");
        var arguments = System.Text.Json.JsonSerializer.SerializeToElement(new MountpointsView(mountpoints), ApiJson.Default.MountpointsView);
        return spec with { Freeze = JobRequests.Encode("guest-fsfreeze-freeze-list", arguments, node.Guest).Command };
    }

    public static FreezeCommands.Extend Parse(string group, ExtendRequest request) => new(group, OwnerOf(request.Owner), TtlOf(request.TtlMs));

    public static Actors.FanOut.Selectors.TargetSelector ParseTarget(string? target) => JobRequests.ParseSelector(target ?? throw new RequestException("invalid-request", "'target' must say which VMs: '*' for all"));

    private static string OwnerOf(string? owner) => owner switch
    {
        null => DefaultOwner,
        { Length: > 0 and <= MaxOwner } => owner,
        _ => throw new RequestException("invalid-request", $"'owner' must have 1 to {MaxOwner} characters"),
    };

    private static TimeSpan? TtlOf(double? milliseconds) => milliseconds switch
    {
        null => null,
        { } given when given >= FreezeSpec.ShortestTtl.TotalMilliseconds && given <= FreezeSpec.LongestTtl.TotalMilliseconds => TimeSpan.FromMilliseconds(given),
        _ => throw new RequestException("invalid-request", $"'ttlMs' must be between {FreezeSpec.ShortestTtl.TotalMilliseconds:0} and {FreezeSpec.LongestTtl.TotalMilliseconds:0}"),
    };
}

/// <summary>Arguments of <c>guest-fsfreeze-freeze-list</c>.</summary>
internal sealed record MountpointsView(IReadOnlyList<string> Mountpoints);
