using System.Text.Json.Serialization;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Host.Api;

/// <summary>A VM as the API shows it (docs/API.md).</summary>
public sealed record VmView
{
    /// <summary>UUID; left out until QMP told it.</summary>
    public string? Id { get; init; }

    /// <summary>Name on its VmHost.</summary>
    public required string Name { get; init; }

    /// <summary>VmHost.</summary>
    public required string Host { get; init; }

    /// <summary>Condition of the VM.</summary>
    public required VmState State { get; init; }

    /// <summary>QEMU's own RunState.</summary>
    public string? RunState { get; init; }

    /// <summary>QEMU's version.</summary>
    public string? QemuVersion { get; init; }

    /// <summary>Condition of the agent.</summary>
    public required AgentState Agent { get; init; }

    /// <summary>Why nothing is read from the guest; only while <see cref="Agent"/> is <see cref="AgentState.Quarantined"/>.</summary>
    public QuarantineView? Quarantine { get; init; }

    /// <summary>What is known of the freeze of its filesystems; left out while they are not frozen.</summary>
    public FreezeState? Freeze { get; init; }

    /// <summary>Under which lease.</summary>
    public LeaseView? Lease { get; init; }

    /// <summary>Set while another QEMU with its identity is watched: before, during and after a live migration.</summary>
    public MigrationView? Migration { get; init; }

    /// <summary>Where its guest was migrated to, until it is at home again: <c>NAME</c> on its VmHost, <c>VMHOST/NAME</c> on another, whose VM it then becomes as soon as nothing of it is under way.</summary>
    public string? Place { get; init; }

    /// <summary>Counts the agent's incarnations.</summary>
    public int Incarnation { get; init; }

    /// <summary>Claimed by the guest.</summary>
    public GuestView? Guest { get; init; }

    /// <summary>Why something is not as it should be.</summary>
    public string? Message { get; init; }

    /// <summary>When the condition last changed.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Path of the VM's QMP socket; left out if it has none.</summary>
    public string? QmpSocket { get; init; }

    /// <summary>Node of the cluster that has it; left out without one, and in streams.</summary>
    public string? Node { get; init; }

    /// <summary>When its node was last heard of, if it does not answer: all the rest is as it was then.</summary>
    public DateTimeOffset? StaleSince { get; init; }

    /// <summary>From the configuration.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>For selectors: <c>f:NAME=value</c>.</summary>
    public required IReadOnlyDictionary<string, string> Facts { get; init; }

    /// <summary>From the actor's snapshot, and the path of its QMP socket.</summary>
    public static VmView Of(VmSnapshot vm, string? qmpSocket, string? node = null)
    {
        ArgumentNullException.ThrowIfNull(vm);
        return new VmView
        {
            Id = vm.Id?.ToString(),
            Name = vm.Name,
            Host = vm.Host,
            State = vm.State,
            RunState = vm.RunState,
            QemuVersion = vm.QemuVersion,
            Agent = vm.Agent,
            Quarantine = vm.Quarantine is { } quarantine ? QuarantineView.Of(quarantine) : null,
            Freeze = vm.Freeze == FreezeState.Thawed ? null : vm.Freeze,
            Lease = vm.Lease is { } lease ? LeaseView.Of(lease) : null,
            Place = vm.Place,
            Migration = vm.Migration is { } migration ? MigrationView.Of(migration) : null,
            Incarnation = vm.Incarnation,
            Guest = vm.Guest is { } guest ? new GuestView(guest.OsType, guest.OsVersion, guest.AgentVersion) : null,
            Message = vm.Message,
            Since = vm.Since,
            QmpSocket = qmpSocket,
            Node = node,
            StaleSince = vm.StaleSince,
            Labels = vm.Labels,
            Facts = vm.Facts,
        };
    }
}

/// <summary>The seed design's <c>GuestInfo</c>, with its own member names.</summary>
public sealed record GuestView(
    [property: JsonPropertyName("os-type")] string OsType,
    [property: JsonPropertyName("os-version")] string OsVersion,
    [property: JsonPropertyName("agent-version")] string AgentVersion);
