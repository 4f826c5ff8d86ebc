using System.Collections.Frozen;

namespace Orchestrator.Actors.Vms;

/// <summary>Immutable view of one VM as its <c>VmActor</c> last saw it; what <c>vm ls</c>, selectors and the API show.</summary>
public sealed record VmSnapshot
{
    /// <summary>Identity; <see langword="null"/> until QMP answered for the first time.</summary>
    public VmId? Id { get; init; }

    /// <summary>Name on its VmHost: the sub-directory of <c>--vm-dir</c>, or the name in the configuration.</summary>
    public required string Name { get; init; }

    /// <summary>VmHost on which its QEMU runs.</summary>
    public required string Host { get; init; }

    /// <summary>Condition of the VM.</summary>
    public VmState State { get; init; }

    /// <summary>QEMU's own RunState (<c>query-status</c>), verbatim; <see langword="null"/> if the peer has none.</summary>
    public string? RunState { get; init; }

    /// <summary>Version from the QMP greeting, e.g. <c>7.2.22</c>.</summary>
    public string? QemuVersion { get; init; }

    /// <summary>Condition of the agent.</summary>
    public AgentState Agent { get; init; }

    /// <summary>Set while <see cref="Agent"/> is <see cref="AgentState.Quarantined"/>.</summary>
    public GuestQuarantine? Quarantine { get; init; }

    /// <summary>Whether its filesystems are frozen, as far as is known.</summary>
    public FreezeState Freeze { get; init; }

    /// <summary>Under which lease it is frozen, about to be, or being thawed; <see langword="null"/> without one.</summary>
    public Freezing.FreezeLease? Lease { get; init; }

    /// <summary>Set while another QEMU with its identity is watched: before, during and after a live migration.</summary>
    public Migration.VmMigration? Migration { get; init; }

    /// <summary>Where the QEMU is that has the guest, as <see cref="Name"/> has it; <see langword="null"/> if that is where it is: the guest was not migrated.</summary>
    public string? Place { get; init; }

    /// <summary>Counts the agent's incarnations seen since this node first attached; 0 before the first.</summary>
    public int Incarnation { get; init; }

    /// <summary>The seed design's GuestInfo, once the agent told it.</summary>
    public GuestInfoSnapshot? Guest { get; init; }

    /// <summary>Why <see cref="State"/> or <see cref="Agent"/> is what it is, and what to do; <see langword="null"/> when all is well.</summary>
    public string? Message { get; init; }

    /// <summary>When <see cref="State"/> last changed.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>When the node that has it was last heard of, if it does not answer: all the rest is as it was then. Set by the node that shows it.</summary>
    public DateTimeOffset? StaleSince { get; init; }

    /// <summary>From the configuration; never claimed by the guest.</summary>
    public FrozenDictionary<string, string> Labels { get; init => field = value ?? FrozenDictionary<string, string>.Empty; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Claimed by the guest or told by QEMU: <c>os.id</c>, <c>os.name</c>, <c>os.version-id</c>, <c>os.kernel-release</c>, <c>os.machine</c>, <c>agent.version</c>, <c>qemu.name</c>, <c>qemu.version</c>, <c>agent.port</c> (the <c>id=</c> of the agent's port, empty if it has none).</summary>
    public FrozenDictionary<string, string> Facts { get; init => field = value ?? FrozenDictionary<string, string>.Empty; } = FrozenDictionary<string, string>.Empty;
}

/// <summary>The seed design's <c>GuestInfo</c>: claimed by the guest.</summary>
/// <param name="OsType">One of <c>GuestType</c>: linux, windows, freebsd, netbsd, openbsd, solaris.</param>
/// <param name="OsVersion">Pretty name or version of the system.</param>
/// <param name="AgentVersion">Version of the agent, e.g. <c>7.2.22</c>.</param>
public sealed record GuestInfoSnapshot(string OsType, string OsVersion, string AgentVersion);
