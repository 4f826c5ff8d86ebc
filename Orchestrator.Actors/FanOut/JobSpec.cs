using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.FanOut;

/// <summary>What a caller asks: already validated and encoded by the gateway.</summary>
public sealed record JobSpec
{
    /// <summary>Which VMs; resolved once, at the start.</summary>
    public required TargetSelector Target { get; init; }

    /// <summary>Which way the command takes.</summary>
    public required CommandRoute Route { get; init; }

    /// <summary>The command; for <see cref="CommandRoute.Run"/>, the <c>guest-exec</c> that starts the program.</summary>
    public required EncodedCommand Command { get; init; }

    /// <summary>How the command is carried out, where its arguments do not tell: full output of a program, or a file that is a stream of the API.</summary>
    public CompositeCommand? Composite { get; init; }

    /// <summary>From acceptance to the last outcome; 1 ms to 24 h.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Whether a selector that matches nothing makes a job without targets, instead of a rejection.</summary>
    public bool AllowEmpty { get; init; }
}
