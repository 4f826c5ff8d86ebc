using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Freezing;

/// <summary>A snapshot of the disks of VMs, all of one moment: each disk goes on in a new file on top of the old one, which changes no more.</summary>
public sealed record SnapshotSpec
{
    /// <summary>Which VMs.</summary>
    public required TargetSelector Target { get; init; }

    /// <summary>Part of the new files' names: 1 to 64 letters, digits, <c>.</c>, <c>_</c> and <c>-</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Absolute, as QEMU sees it; <see langword="null"/> for beside each disk.</summary>
    public string? Directory { get; init; }

    /// <summary>What is demanded of every VM.</summary>
    public FreezeRequirement Require { get; init; }

    /// <summary>Whether each VM is thawed as soon as its own disks are done with, or all once the last VM's are. The moment of the copy is the same.</summary>
    public bool ThawEach { get; init; } = true;
}

/// <summary>What became of one VM's snapshot.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Phase">Where it ended, in the words of an outcome.</param>
public sealed record VmDiskSnapshot(VmSnapshot Vm, Phase Phase)
{
    /// <summary>What the old files are worth; <see langword="null"/> if none was taken.</summary>
    public Consistency? Consistency { get; init; }

    /// <summary>Its disks; also those that were planned and failed.</summary>
    public IReadOnlyList<DiskFile> Files { get; init; } = [];

    /// <summary>How long it was frozen, from the agent's answer to the freeze to that to the thaw.</summary>
    public TimeSpan? FrozenFor { get; init; }

    /// <summary>Why it failed: one of <see cref="Reasons"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>The same for people.</summary>
    public string? Message { get; init; }
}

/// <summary>A disk of a snapshot.</summary>
/// <param name="Disk">QEMU's name of it: its device's, or else its node's.</param>
/// <param name="Base">The file of before: the snapshot.</param>
/// <param name="Overlay">The file that the guest writes to from now on.</param>
public sealed record DiskFile(string Disk, string Base, string Overlay);
