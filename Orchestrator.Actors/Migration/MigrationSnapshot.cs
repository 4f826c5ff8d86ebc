using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Migration;

/// <summary>A migration as it stands.</summary>
/// <param name="Id">A ULID.</param>
/// <param name="JobId">The job that asked for it.</param>
/// <param name="Vm">The VM at the source.</param>
/// <param name="Spec">What was asked.</param>
/// <param name="Phase">Where it stands.</param>
/// <param name="Status">What the source's QEMU said last.</param>
/// <param name="CreatedAt">When it was asked for.</param>
public sealed record MigrationSnapshot(string Id, string JobId, VmSnapshot Vm, MigrationSpec Spec, DrivePhase Phase, MigrationStatus Status, DateTimeOffset CreatedAt)
{
    /// <summary>The destination, for people; <see langword="null"/> before it is found.</summary>
    public string? Destination { get; init; }

    /// <summary>Whether the agent had nothing under way at the switchover; <see langword="null"/> before it.</summary>
    public bool? IsDrained { get; init; }

    /// <summary>How it ended; <see langword="null"/> while it has not.</summary>
    public FanOut.Phase? Outcome { get; init; }

    /// <summary>Why so (<see cref="FanOut.Reasons"/>).</summary>
    public string? Reason { get; init; }

    /// <summary>The same for people.</summary>
    public string? Message { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}
