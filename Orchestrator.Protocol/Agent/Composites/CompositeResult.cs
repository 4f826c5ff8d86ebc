using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Agent.Composites;

/// <summary>How a composite command ended.</summary>
public abstract record CompositeResult
{
    private CompositeResult()
    {
    }

    /// <summary>What it had provably changed in the guest before it failed, for people; <see langword="null"/>: nothing, or it did not fail.</summary>
    public string? Partial { get; init; }

    /// <summary>As one command's result, for callers that know no more: what failed without an error of the agent's becomes one.</summary>
    public CommandResult ToCommandResult() => this switch
    {
        Ended ended => ended.Result,
        Ran { Program: ExecResult.Exited exited } => exited.Status.ToRunResult(),
        Ran { Program: ExecResult.NotStarted start } => start.Result,
        Ran { Program: ExecResult.Lost lost } => lost.Result,
        Ran { Program: ExecResult.OutputLost lost } => lost.Result,
        Ran { Program: ExecResult.StillRunning running } => new CommandResult.NoReply(NoReplyCause.DeadlinePassed, Written: true, $"pid {running.Pid} still runs"),
        Failed failed => new CommandResult.Refused(new CommandError("GenericError", failed.Detail)),
        _ => throw new InvalidOperationException($"there is no result for {this}"),
    };

    /// <summary>With its own answer, or with the result of the step that failed.</summary>
    public sealed record Ended(CommandResult Result) : CompositeResult;

    /// <summary>A program was started, or could not be.</summary>
    /// <param name="Program">What became of it.</param>
    /// <param name="Note">For people: what was left in the guest; <see langword="null"/> when nothing was.</param>
    public sealed record Ran(ExecResult Program, string? Note = null) : CompositeResult;

    /// <summary>Every step was answered, and still it is no success.</summary>
    /// <param name="Fault">Which kind.</param>
    /// <param name="Detail">For people: what happened.</param>
    public sealed record Failed(CompositeFault Fault, string Detail) : CompositeResult;
}

/// <summary>Why a composite command failed although the agent answered every step.</summary>
public enum CompositeFault
{
    /// <summary>The file ended before the size it had, or is not what the guest's checksum says: it was changed while it was read.</summary>
    FileChanged,

    /// <summary>What the guest has is not what was sent.</summary>
    ChecksumMismatch,

    /// <summary>The caller's end of the transfer was closed before the file's end.</summary>
    TransferAborted,
}
