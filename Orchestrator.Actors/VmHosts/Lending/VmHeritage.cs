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

    /// <summary>Programs that may run, and that nobody waits for.</summary>
    public IReadOnlyList<LeftProgram> Programs { get; init => field = value ?? []; } = [];

    /// <summary>Ends of programs that the agent has forgotten.</summary>
    public IReadOnlyList<KeptEnd> Ends { get; init => field = value ?? []; } = [];
}

/// <summary>A program in the guest.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="JobId">The job that has started it; empty if it was none, or nobody knows.</param>
/// <param name="AnswerTimeout">How long its end may take to be told, output and all.</param>
internal sealed record LeftProgram(long Pid, string JobId, TimeSpan AnswerTimeout);
