namespace Orchestrator.Protocol.Agent.Exec;

/// <summary>The end of a program, which an agent tells once.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Answer">What <c>guest-exec-status</c> answered: JSON.</param>
/// <param name="IsClaimed">Whether a caller got it who wants it.</param>
public sealed record KeptEnd(long Pid, ReadOnlyMemory<byte> Answer, bool IsClaimed);
