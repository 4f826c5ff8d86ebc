using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms.Observation;

/// <summary>What may have changed a guest, what it can be asked now, and with which commands.</summary>
internal static class ObservationRules
{
    private static readonly EncodedCommand Interfaces = EncodedCommand.ForGuest("guest-network-get-interfaces");
    private static readonly EncodedCommand Users = EncodedCommand.ForGuest("guest-get-users");
    private static readonly EncodedCommand Filesystems = EncodedCommand.ForGuest("guest-get-fsinfo");

    private const GuestAspects Looks = GuestAspects.Network | GuestAspects.Users | GuestAspects.Filesystems;

    /// <summary>The command that looks at one aspect; none for programs, of which each has its own.</summary>
    public static EncodedCommand CommandOf(GuestAspects aspect) => aspect switch
    {
        GuestAspects.Network => Interfaces,
        GuestAspects.Users => Users,
        _ => Filesystems,
    };

    /// <summary>What the guest can be asked now: nothing unless it runs, is thawed, and its agent serves; of that, what the agent has said it can do.</summary>
    /// <param name="condition">The VM's.</param>
    /// <param name="isIdentified">Whether this incarnation of the agent has been asked what it can do; it may not have told.</param>
    public static GuestAspects Able(VmCondition condition, bool isIdentified)
    {
        if (!isIdentified || condition is not { State: VmState.Running, Agent: AgentState.Ready, Freeze: FreezeState.Thawed, Migration: not MigrationStage.Switchover })
            return GuestAspects.None;
        var able = GuestAspects.None;
        foreach (var aspect in (GuestAspects[])[GuestAspects.Network, GuestAspects.Users, GuestAspects.Filesystems])
            able |= Has(condition, CommandOf(aspect).Name) ? aspect : GuestAspects.None;
        return able | (Has(condition, "guest-exec-status") ? GuestAspects.Programs : GuestAspects.None);
    }

    /// <summary>What an event of QEMU's may have changed in the guest.</summary>
    public static GuestAspects ChangedBy(string eventName, string? migrationStatus) => eventName switch
    {
        "RESUME" or "WAKEUP" => Looks,
        "MIGRATION" when migrationStatus is "completed" or "failed" or "cancelled" => Looks,
        "NIC_RX_FILTER_CHANGED" or "FAILOVER_NEGOTIATED" => GuestAspects.Network,
        "DEVICE_DELETED" or "ACPI_DEVICE_OST" => GuestAspects.Network | GuestAspects.Filesystems,
        "DEVICE_TRAY_MOVED" => GuestAspects.Filesystems,
        _ when eventName.StartsWith("BLOCK_", StringComparison.Ordinal) => GuestAspects.Filesystems,
        _ => GuestAspects.None,
    };

    /// <summary>What a command that went through here and succeeded may have changed. A program may have changed anything, but only once it has ended.</summary>
    public static GuestAspects ChangedBy(EncodedCommand command) => command.Name switch
    {
        "guest-set-user-password" or "guest-ssh-add-authorized-keys" or "guest-ssh-remove-authorized-keys" => GuestAspects.Users,
        "guest-fsfreeze-thaw" or "guest-fstrim" => GuestAspects.Filesystems,
        "set_link" or "netdev_add" or "netdev_del" => GuestAspects.Network,
        "device_add" or "device_del" => GuestAspects.Network | GuestAspects.Filesystems,
        "block_resize" or "eject" or "change" or "blockdev-change-medium" or "blockdev-insert-medium" or "blockdev-remove-medium" => GuestAspects.Filesystems,
        _ => GuestAspects.None,
    };

    /// <summary>What the end of a program, or a claim of the guest's own, may mean.</summary>
    public static GuestAspects ChangedByGuest => Looks;

    /// <summary>0 to 1, always the same for a name (FNV-1a).</summary>
    public static double SpreadOf(string name)
    {
        var hash = name.Aggregate(2166136261u, (hash, character) => unchecked((hash ^ character) * 16777619));
        return hash / (double)uint.MaxValue;
    }

    private static bool Has(VmCondition condition, string command) => condition.Capabilities is not { } known || known.Of(command) == AgentCapability.Enabled;
}
