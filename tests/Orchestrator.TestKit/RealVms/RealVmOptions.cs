namespace Orchestrator.TestKit.RealVms;

/// <summary>How one real VM is booted.</summary>
public sealed record RealVmOptions
{
    /// <summary>QEMU's name for the VM, the guest's host name, and the sub-directory: letters, digits, '-' and '.'.</summary>
    public required string Name { get; init; }

    /// <summary>The --vm-dir that gets the sub-directory. Null: a temporary one that disappears with the VM.</summary>
    public string? Directory { get; init; }

    /// <summary>The VM's identity. The two sides of a migration share one.</summary>
    public Guid Uuid { get; init; } = Guid.NewGuid();

    /// <summary>Guest memory in MiB, at least 96.</summary>
    public int MemoryMiB { get; init; } = 128;

    /// <summary>Whether the agent's port has the id agent0. Without one QEMU sends no VSERPORT_CHANGE.</summary>
    public bool PortHasId { get; init; } = true;

    /// <summary>Whether there is an ext4 disk at /mnt/data, so that fsfreeze has something to freeze.</summary>
    public bool WithDisk { get; init; }

    /// <summary>The disk's image, created when missing. Null: data.img in the VM's directory. Only read with <see cref="WithDisk"/>.</summary>
    public string? DiskPath { get; init; }

    /// <summary>More kernel arguments. <see cref="NoShutdown"/> and <see cref="Hostile"/> are some.</summary>
    public string KernelArguments { get; init; } = "";

    /// <summary>Where the VM awaits a guest instead of booting one, as <c>-incoming</c> takes it. Null: it boots.</summary>
    public string? Incoming { get; init; }

    /// <summary>Appended to QEMU's command line as they are, such as "-incoming", "defer".</summary>
    public IReadOnlyList<string> ExtraQemuArguments { get; init; } = [];

    /// <summary>Where its monitor and its agent are for a client elsewhere, over TLS. Null: on Unix sockets alone.</summary>
    public RemoteEndpoints? Remote { get; init; }

    /// <summary>Put before QEMU's command line, such as <see cref="Clustering.LabHost.Launcher"/>; QEMU takes the place of what it starts.</summary>
    public IReadOnlyList<string> Launcher { get; init; } = [];

    /// <summary>Kernel argument: a guest without /sbin/shutdown, whose agent answers guest-shutdown with an error.</summary>
    public const string NoShutdown = "orchestrator.noshutdown";

    /// <summary>Kernel argument: a guest with a hostile program in the place of its agent. Each press of the power button goes to the next mode, and after the last to the real agent.</summary>
    /// <param name="modes">As config/demo-guest/rootfs/hostile-agent lists them.</param>
    public static string Hostile(params IEnumerable<string> modes) => $"orchestrator.hostile={string.Join(',', modes)}";
}
