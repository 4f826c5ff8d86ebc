using System.Collections.Frozen;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Agent.Exec;

namespace Orchestrator.Actors.VmHosts.Lending;

/// <summary>What a VM takes along to another node, besides its guest.</summary>
/// <param name="Id">Identity.</param>
/// <param name="Incarnation">Of its agent, as <see cref="VmSnapshot.Incarnation"/>.</param>
/// <param name="Session">The newest session that its events were of.</param>
internal sealed record VmHeritage(VmId Id, int Incarnation, long Session)
{
    /// <summary>Which process the agent is; <see langword="null"/> if it cannot tell.</summary>
    public string? AgentProcess { get; init; }

    /// <summary>Who the guest is.</summary>
    public GuestInfoSnapshot? Guest { get; init; }

    /// <summary>Claimed by it.</summary>
    public FrozenDictionary<string, string> Facts { get; init => field = value ?? FrozenDictionary<string, string>.Empty; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Ends of programs that the agent has forgotten.</summary>
    public IReadOnlyList<KeptEnd> Ends { get; init => field = value ?? []; } = [];
}
