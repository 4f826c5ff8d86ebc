using System.Diagnostics;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.FanOut;

/// <summary>Which way a job's command takes.</summary>
public enum CommandRoute
{
    /// <summary>To the guest's agent.</summary>
    Guest,

    /// <summary>To QEMU itself.</summary>
    Qmp,

    /// <summary>A program in the guest: <c>guest-exec</c>, followed to its end, which is then the outcome's own.</summary>
    Run,

    /// <summary>The VM itself, to another VmHost (<c>MigrationSpec</c>): many commands to two QEMUs.</summary>
    Migrate,
}

/// <summary>What a job asks of every target: the command encoded once, its way and its deadline. Immutable and shared.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Route">Which way it takes.</param>
/// <param name="Command">The command; for <see cref="CommandRoute.Run"/>, the <c>guest-exec</c> that starts the program.</param>
/// <param name="Deadline">When every target must have its outcome.</param>
public sealed record JobPlan(string JobId, CommandRoute Route, EncodedCommand Command, Deadline Deadline)
{
    /// <summary>How the command is carried out with others; <see langword="null"/> for one that the agent or QEMU takes as it is.</summary>
    public CompositeCommand? Composite { get; init; } = Route switch
    {
        CommandRoute.Guest => CompositeCommands.Of(Command),
        CommandRoute.Run => GuestProgram.Of(Command),
        _ => null,
    };

    /// <summary>What is done where the VM cannot take it now.</summary>
    public ConditionPolicy Conditions { get; init; } = ConditionPolicy.Default;

    /// <summary>The job's span, where its trace is recorded; else the default.</summary>
    public ActivityContext Trace { get; init; }

    /// <summary>Until when it may wait for a VM that cannot take it; the <see cref="Deadline"/> where there is none.</summary>
    public Deadline? Delivery { get; init; }

    /// <summary>
    /// Whether a QMP command must fit what its QEMU says of itself before it is sent. False for a client of QMP's own kind: QEMU's errors are what
    /// it expects.
    /// </summary>
    public bool IsChecked { get; init; } = true;
}
