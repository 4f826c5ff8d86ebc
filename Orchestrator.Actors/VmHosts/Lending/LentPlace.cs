using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Transport;

namespace Orchestrator.Actors.VmHosts.Lending;

/// <summary>A QEMU on one node that is a VM of another's: its channels are reached through the node that has them.</summary>
/// <param name="Host">The VmHost.</param>
/// <param name="Name">Of the VM there: the sub-directory, or the name in the configuration.</param>
/// <param name="Peer">Where the API of its node is.</param>
/// <param name="HasAgent">Whether it has an agent channel.</param>
/// <param name="AgentSocket">Path of the agent's socket as QEMU has it; <see langword="null"/> if it is none.</param>
internal sealed record LentPlace(string Host, string Name, string Peer, bool HasAgent, string? AgentSocket)
{
    /// <summary>The channel to QEMU.</summary>
    public const string Qmp = "qmp";

    /// <summary>The channel to the agent.</summary>
    public const string Agent = "agent";

    /// <summary>A VmHost's place for others.</summary>
    public static LentPlace Of(Neighbours own, VmSpec spec) => new(own.Node, spec.Name, own.Peer, spec.Agent is not null, spec.AgentSocket);

    /// <summary>Its name elsewhere.</summary>
    public static string NameOf(string host, string name) => $"{host}/{name}";

    /// <summary>What the borrower's VM makes of it.</summary>
    public VmSpec ToSpec() => new()
    {
        Name = NameOf(Host, Name),
        Qmp = new Endpoint.Relayed(Peer, Name, Qmp),
        Agent = HasAgent ? new Endpoint.Relayed(Peer, Name, Agent) : null,
        AgentSocket = AgentSocket,
        LentBy = Host,
    };
}
