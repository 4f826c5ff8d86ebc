namespace Orchestrator.Actors.FanOut;

/// <summary>The one honest end of a command on one VM: phase, reason and effect are never collapsed into each other.</summary>
public sealed record Outcome
{
    /// <summary>The VM's identity, or <see langword="null"/> if QMP never told it.</summary>
    public Vms.VmId? Vm { get; init; }

    /// <summary>The VM's name on its VmHost.</summary>
    public required string Name { get; init; }

    /// <summary>The VmHost that answered for the VM.</summary>
    public required string Host { get; init; }

    /// <summary>Where it ended.</summary>
    public required Phase Phase { get; init; }

    /// <summary>Why: one of <see cref="Reasons"/>; <see langword="null"/> when <see cref="Phase.Succeeded"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>What happened in the guest.</summary>
    public required Effect Effect { get; init; }

    /// <summary>From the VM's acceptance of the command to its end.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The reply's <c>return</c> value: compact JSON, re-marshalled from decoded values, never the peer's own bytes.</summary>
    public ReadOnlyMemory<byte> Result { get; init; }

    /// <summary>Where the <see cref="Result"/> is when it is too large to be held here, which is empty then.</summary>
    public KeptOutput? ResultKept { get; init; }

    /// <summary>The error the agent or QEMU answered with.</summary>
    public OutcomeError? Error { get; init; }

    /// <summary>For people: what happened and what to do next.</summary>
    public string? Message { get; init; }

    /// <summary>For <c>run</c>: what became of the program.</summary>
    public ExecOutcome? Exec { get; init; }

    /// <summary>Of which attempt it is; 1 for the first.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Whether it ended so although its cancellation had been asked for: it had been sent by then.</summary>
    public bool CancelRequested { get; init; }

    /// <summary>When late evidence replaced what was <see cref="Phase.Unknown"/> before; <see langword="null"/> if none did.</summary>
    public DateTimeOffset? AmendedAt { get; init; }
}

/// <summary>An error reply, as the peer worded it (class and description are the peer's own).</summary>
public sealed record OutcomeError(string Class, string Description);

/// <summary>What became of a program started by <c>guest-exec</c>. Exactly one of exit code and signal is set once it ended.</summary>
public sealed record ExecOutcome
{
    /// <summary>The guest's process id.</summary>
    public long Pid { get; init; }

    /// <summary>Exit code, if the program ended by itself.</summary>
    public long? ExitCode { get; init; }

    /// <summary>Signal number (POSIX) or exception code (Windows) that ended it.</summary>
    public long? Signal { get; init; }

    /// <summary>Decoded standard output: at most 16 MiB (the agent's own cap), or what full output takes.</summary>
    public ReadOnlyMemory<byte> Stdout { get; init; }

    /// <summary>Decoded standard error, likewise.</summary>
    public ReadOnlyMemory<byte> Stderr { get; init; }

    /// <summary>Where <see cref="Stdout"/> is when it is too large to be held here, which is empty then.</summary>
    public KeptOutput? StdoutKept { get; init; }

    /// <summary>The same for <see cref="Stderr"/>.</summary>
    public KeptOutput? StderrKept { get; init; }

    /// <summary>Standard output past the cap was dropped.</summary>
    public bool StdoutTruncated { get; init; }

    /// <summary>Standard error past the cap was dropped.</summary>
    public bool StderrTruncated { get; init; }
}
