using System.Collections.Frozen;
using Orchestrator.Protocol.Transport;

namespace Orchestrator.Actors.Vms;

/// <summary>What the configuration, or a directory, says of a VM: its name and where its two channels are.</summary>
public sealed record VmSpec
{
    /// <summary>Name on its VmHost: 1 to 253 characters, unique there.</summary>
    public required string Name { get; init; }

    /// <summary>QMP monitor.</summary>
    public required Endpoint Qmp { get; init; }

    /// <summary>Agent channel; <see langword="null"/> for a VM without one.</summary>
    public Endpoint? Agent { get; init; }

    /// <summary>Path of the agent's socket as QEMU has it, which tells the agent's port from others; <see langword="null"/> if it is none.</summary>
    public string? AgentSocket { get => field ?? (Agent as Endpoint.Unix)?.Path; init; }

    /// <summary>The VmHost that has its QEMU, if that is another than the VM's; <see langword="null"/> for one of its own.</summary>
    public string? LentBy { get; init; }

    /// <summary>Labels for selectors.</summary>
    public FrozenDictionary<string, string> Labels { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Whether both describe the same connections; labels may differ.</summary>
    public bool HasSameEndpoints(VmSpec other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Qmp == other.Qmp && Agent == other.Agent;
    }
}
