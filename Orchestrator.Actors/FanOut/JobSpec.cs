using System.Diagnostics;
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

    /// <summary>From an invocation's dispatch to its outcome; 1 ms to 24 h.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>How long an invocation may wait for a VM that cannot take it now; the <see cref="Timeout"/> by default.</summary>
    public TimeSpan? DeliveryTimeout { get; init; }

    /// <summary>From acceptance to the last outcome: what has not been begun by then is not begun. None by default.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>What is done with VMs that cannot take the command now.</summary>
    public ConditionPolicy Conditions { get; init; } = ConditionPolicy.Default;

    /// <summary>How fast it goes, and when it stops by itself.</summary>
    public JobPace Pace { get; init; } = JobPace.Unlimited;

    /// <summary>Most attempts per target, 1 to 10: outcomes that provably had no effect are tried again, by the command's class (docs/OUTCOMES.md).</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>A second job with the same key and document is the first one; with another document it is refused.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Whether the key alone tells that it is the same job, whatever this one asks: for callers who cannot ask twice in the same words.</summary>
    public bool KeyDecides { get; init; }

    /// <summary>What it is called: the command's name, or <c>run</c> for a program.</summary>
    public string Name => Route == CommandRoute.Run ? "run" : Command.Name;

    /// <summary>For people: why this job is.</summary>
    public string? Comment { get; init; }

    /// <summary>The job is refused if its targets are others than these (<see cref="TargetHash"/>).</summary>
    public string? ExpectedTargets { get; init; }

    /// <summary>The names that were expected, as <c>host/name</c>, to tell which came and which left; empty if the caller did not say.</summary>
    public IReadOnlyList<string> ExpectedNames { get; init; } = [];

    /// <summary>The request that asked for it, in its caller's trace; the default if there is none.</summary>
    public ActivityContext Trace { get; init; }

    /// <summary>What the caller asked, as the gateway can read it again after a restart (UTF-8 JSON); empty if it cannot.</summary>
    public ReadOnlyMemory<byte> Document { get; init; }

    /// <summary>Whether a selector that matches nothing makes a job without targets, instead of a rejection.</summary>
    public bool AllowEmpty { get; init; }
}
