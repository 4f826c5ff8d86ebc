namespace Orchestrator.Actors.Controllers.Shipped.TimeSync;

/// <summary>Why a clock may be wrong.</summary>
internal enum TimeSyncCause
{
    /// <summary>The guest, or its agent, has started.</summary>
    Startup,

    /// <summary>Events were lost: nobody knows.</summary>
    Gap,

    /// <summary>The guest stood still.</summary>
    Resume,

    /// <summary>It was put back to a moment of before (<c>loadvm</c>).</summary>
    Load,

    /// <summary>It runs in another QEMU.</summary>
    Migration,
}

/// <summary>What is known of one VM's clock; kept between the handlers.</summary>
internal sealed record TimeSyncState
{
    /// <summary>When the guest was stopped; <see langword="null"/> while it runs.</summary>
    public DateTimeOffset? StoppedAt { get; init; }

    /// <summary>VmHost and name of the QEMU that stopped it.</summary>
    public string? StoppedWhere { get; init; }

    /// <summary>Whether it was put back to a moment of before, since it was stopped.</summary>
    public bool IsLoaded { get; init; }

    /// <summary>Why its clock is to be looked at; <see langword="null"/> if it is not.</summary>
    public TimeSyncCause? Due { get; init; }

    /// <summary>Attempts that failed since.</summary>
    public int Failures { get; init; }

    /// <summary>Version of the agent that does not have the commands.</summary>
    public string? Lacking { get; init; }

    /// <summary>The clock is to be looked at.</summary>
    public TimeSyncState Needs(TimeSyncCause cause) => this with { Due = Due > cause ? Due : cause, Failures = 0 };

    /// <summary>The clock needs nothing more.</summary>
    public TimeSyncState Done() => this with { Due = null, Failures = 0 };
}
