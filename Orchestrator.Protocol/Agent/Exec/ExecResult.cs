using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Agent.Exec;

/// <summary>How a program in the guest ended, as far as it can be known.</summary>
public abstract record ExecResult
{
    private ExecResult()
    {
    }

    /// <summary>The program could not be started; <paramref name="Result"/> is the answer to <c>guest-exec</c>, and never a success.</summary>
    public sealed record NotStarted(CommandResult Result) : ExecResult;

    /// <summary>It ended.</summary>
    public sealed record Exited(ExecStatus Status) : ExecResult;

    /// <summary>It ended, and the files that it wrote its output into could not be fetched; <paramref name="Result"/> says why.</summary>
    public sealed record OutputLost(ExecStatus Status, CommandResult Result) : ExecResult;

    /// <summary>The deadline passed and the agent said that it still runs.</summary>
    /// <param name="Pid">The guest's process id.</param>
    /// <param name="HoldsPipesOnly">The program itself has ended, and a child of it holds its output open.</param>
    public sealed record StillRunning(long Pid, bool HoldsPipesOnly) : ExecResult;

    /// <summary>It was started, and its end cannot be known; <paramref name="Result"/> is the last answer to <c>guest-exec-status</c>.</summary>
    public sealed record Lost(long Pid, CommandResult Result) : ExecResult;
}
