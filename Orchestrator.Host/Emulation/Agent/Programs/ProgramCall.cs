namespace Orchestrator.Host.Emulation.Agent.Programs;

/// <summary>A program that shall run in an emulated guest.</summary>
internal sealed record ProgramCall
{
    /// <summary>As given.</summary>
    public required string Path { get; init; }

    /// <summary>Without the program itself.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Each NAME=value; empty for the agent's own.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>Its standard input.</summary>
    public byte[] Input { get; init; } = [];
}
