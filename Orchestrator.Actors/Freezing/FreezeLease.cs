namespace Orchestrator.Actors.Freezing;

/// <summary>The right, and the duty, to thaw a VM again: on disk before a byte of the freeze is sent, until the thaw is confirmed.</summary>
public sealed record FreezeLease
{
    /// <summary>Of the lease: a ULID.</summary>
    public required string Id { get; init; }

    /// <summary>Of the group of VMs that are frozen together.</summary>
    public required string Group { get; init; }

    /// <summary>VmHost of the VM.</summary>
    public required string Host { get; init; }

    /// <summary>Name of the VM there.</summary>
    public required string Vm { get; init; }

    /// <summary>Who may extend it; chosen by the caller.</summary>
    public required string Owner { get; init; }

    /// <summary>Time it was given for, and is extended by; 1 s to 1 h.</summary>
    public required TimeSpan Ttl { get; init; }

    /// <summary>When the VM is thawed whatever happens.</summary>
    public required DateTimeOffset Deadline { get; init; }
}
