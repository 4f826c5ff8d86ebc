using Akka.Actor;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Freezing.Routing;

/// <summary>
/// What a <see cref="LeaseRouter"/> must not forget as long as its node's process lives: a router that failed goes on with it, so that it begins no
/// lease twice.
/// </summary>
internal sealed class LeaseRouterMemory(long startedAt)
{
    /// <summary>When the router was started first, on its clock.</summary>
    public long StartedAt => startedAt;

    /// <summary>Groups that have something here.</summary>
    public Dictionary<string, RoutedGroup> Groups { get; } = new(StringComparer.Ordinal);

    /// <summary>Whose a lease is.</summary>
    public Dictionary<string, RoutedGroup> GroupsByLease { get; } = new(StringComparer.Ordinal);

    /// <summary>Groups that are done with: none of their leases is begun any more.</summary>
    public ForgottenJobs Forgotten { get; } = new();
}

/// <summary>One group's part on this node. Owned by a <see cref="LeaseRouter"/>.</summary>
internal sealed class RoutedGroup(string id)
{
    public string Id => id;

    /// <summary>Who asked last.</summary>
    public IActorRef Owner { get; set; } = ActorRefs.Nobody;

    /// <summary>Of the newest report.</summary>
    public long Version { get; private set; }

    /// <summary>Up to which version it was told.</summary>
    public long Told { get; set; }

    /// <summary>When it was last heard of, on the router's clock.</summary>
    public TimeSpan HeardAt { get; set; }

    /// <summary>What freezes, once a lease is to be prepared.</summary>
    public EncodedCommand? Freeze { get; set; }

    public Dictionary<string, RoutedLease> Leases { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether no lease of it is held any more.</summary>
    public bool HasEnded => Leases.Values.All(lease => lease.Report is { } report && LeaseReports.HasEnded(report));

    /// <summary>A lease stands elsewhere.</summary>
    public void Put(RoutedLease lease, LeaseReport report) =>
        lease.Report = report with { Version = ++Version, Extension = lease.Answered, Extended = lease.Extended };
}

/// <summary>A lease of a VM of this node.</summary>
internal sealed class RoutedLease(string id, IActorRef vm)
{
    public string Id => id;

    public IActorRef Vm => vm;

    /// <summary>How it stands; <see langword="null"/> until its VM has told.</summary>
    public LeaseReport? Report { get; set; }

    /// <summary>When it was frozen, on this node's counter; 0 before.</summary>
    public long FrozenAt { get; set; }

    /// <summary>Whether the VM was told to freeze: that is said once.</summary>
    public bool IsFreezeGiven { get; set; }

    /// <summary>Whether the VM was told to thaw: after that, it is not told to freeze.</summary>
    public bool IsThawGiven { get; set; }

    /// <summary>The newest extension that the VM was asked for.</summary>
    public int Asked { get; set; }

    /// <summary>The newest that it has answered.</summary>
    public int Answered { get; set; }

    /// <summary>With which deadline.</summary>
    public DateTimeOffset? Extended { get; set; }
}
