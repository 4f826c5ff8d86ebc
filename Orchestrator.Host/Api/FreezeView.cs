using Orchestrator.Actors.Freezing;

namespace Orchestrator.Host.Api;

/// <summary>A group of VMs that are frozen together, as the API shows it (docs/FREEZE.md).</summary>
public sealed record FreezeView
{
    /// <summary>A ULID.</summary>
    public required string Id { get; init; }

    /// <summary>Who may extend the leases.</summary>
    public required string Owner { get; init; }

    /// <summary>What was demanded of every VM.</summary>
    public required FreezeRequirement Require { get; init; }

    /// <summary>Time of the leases.</summary>
    public required double TtlMs { get; init; }

    /// <summary>Where it stands.</summary>
    public required FreezeGroupPhase Phase { get; init; }

    /// <summary>When it was asked.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From the first VM's answer to the freeze to the last one's.</summary>
    public double? SkewMs { get; init; }

    /// <summary>Its VMs.</summary>
    public required IReadOnlyList<FreezeMemberView> Vms { get; init; }

    /// <summary>From the actor's picture.</summary>
    public static FreezeView Of(FreezeGroupSnapshot group)
    {
        ArgumentNullException.ThrowIfNull(group);
        return new FreezeView
        {
            Id = group.Id,
            Owner = group.Spec.Owner,
            Require = group.Spec.Require,
            TtlMs = group.Spec.Ttl.TotalMilliseconds,
            Phase = group.Phase,
            CreatedAt = group.CreatedAt,
            SkewMs = group.Skew?.TotalMilliseconds,
            Vms = [.. group.Members.Select(FreezeMemberView.Of)],
        };
    }
}

/// <summary>A VM of a group.</summary>
public sealed record FreezeMemberView
{
    /// <summary>UUID; left out until QMP told it.</summary>
    public string? Vm { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its VmHost.</summary>
    public required string Host { get; init; }

    /// <summary>Its lease.</summary>
    public required string Lease { get; init; }

    /// <summary>Where it stands.</summary>
    public required FreezeStage Stage { get; init; }

    /// <summary>What a copy is, or was, worth.</summary>
    public Consistency? Consistency { get; init; }

    /// <summary>How many filesystems were frozen.</summary>
    public int Filesystems { get; init; }

    /// <summary>When it is thawed whatever happens.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>How long it was frozen.</summary>
    public double? FrozenMs { get; init; }

    /// <summary>Why it was thawed.</summary>
    public ThawCause? Cause { get; init; }

    /// <summary>Why it is not frozen.</summary>
    public string? Reason { get; init; }

    /// <summary>The same for people.</summary>
    public string? Message { get; init; }

    /// <summary>From the actor's picture.</summary>
    public static FreezeMemberView Of(FreezeMember member)
    {
        ArgumentNullException.ThrowIfNull(member);
        return new FreezeMemberView
        {
            Vm = member.Vm.Id?.ToString(),
            Name = member.Vm.Name,
            Host = member.Vm.Host,
            Lease = member.LeaseId,
            Stage = member.Stage,
            Consistency = member.Consistency,
            Filesystems = member.Filesystems,
            Deadline = member.Deadline,
            FrozenMs = member.FrozenFor?.TotalMilliseconds,
            Cause = member.Cause,
            Reason = member.Reason,
            Message = member.Message,
        };
    }
}

/// <summary>What became of the thaw of a VM.</summary>
public sealed record ThawedVmView(string? Vm, string Name, string Host, ThawResult Result, string? Message)
{
    /// <summary>From the actor's answer.</summary>
    public static ThawedVmView Of(ThawedVm thawed)
    {
        ArgumentNullException.ThrowIfNull(thawed);
        return new ThawedVmView(thawed.Vm.Id?.ToString(), thawed.Vm.Name, thawed.Vm.Host, thawed.Result, thawed.Message);
    }
}

/// <summary>A lease of a VM.</summary>
public sealed record LeaseView(string Id, string Group, string Owner, double TtlMs, DateTimeOffset Deadline)
{
    /// <summary>Its VM; left out where that is named already.</summary>
    public string? Name { get; init; }

    /// <summary>The VM's VmHost; likewise.</summary>
    public string? Host { get; init; }

    /// <summary>As part of its VM.</summary>
    public static LeaseView Of(FreezeLease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return new LeaseView(lease.Id, lease.Group, lease.Owner, lease.Ttl.TotalMilliseconds, lease.Deadline);
    }
}
