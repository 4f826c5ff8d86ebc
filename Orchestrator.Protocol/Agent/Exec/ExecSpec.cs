namespace Orchestrator.Protocol.Agent.Exec;

/// <summary>A program to run in the guest (<c>guest-exec</c>). No shell is involved.</summary>
public sealed record ExecSpec
{
    /// <summary>Program and arguments; the program is searched on the agent's own PATH. At least one.</summary>
    public required IReadOnlyList<string> Argv { get; init; }

    /// <summary>Environment as <c>NAME=value</c>; it replaces the agent's own. Empty: the agent's own is inherited.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>Standard input; the program sees its end right after it.</summary>
    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>All that the program writes, also beyond the agent's cap of 16 MiB; needs <c>/bin/sh</c> in the guest.</summary>
    public bool FullOutput { get; init; }
}
