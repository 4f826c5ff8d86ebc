namespace Orchestrator.Actors.Migration;

/// <summary>Between a migration and the VM's agent: nothing is to be under way when the guest stops.</summary>
internal abstract record AgentHold : ILocalSignal
{
    /// <summary>
    /// To the VM: its agent gets no new command; those that wait keep waiting. Answer: <see cref="Held"/>, once the outstanding one is answered, or is not
    /// within <paramref name="Drain"/>.
    /// </summary>
    /// <param name="Drain">How long the outstanding command is waited for.</param>
    /// <param name="Longest">When commands go on without a <see cref="Release"/>: whoever asked may be gone.</param>
    internal sealed record Take(TimeSpan Drain, TimeSpan Longest) : AgentHold;

    /// <summary>To the VM: commands go on.</summary>
    internal sealed record Release : AgentHold
    {
        public static readonly Release Instance = new();
    }

    /// <summary>From the VM: the agent gets no new command.</summary>
    /// <param name="IsDrained">Whether it has answered the one before.</param>
    /// <param name="MayBeCut">Whether it has begun to answer one that cannot be asked again: a switchover now cuts the answer, and costs the command its outcome.</param>
    internal sealed record Held(bool IsDrained, bool MayBeCut = false) : AgentHold;
}
