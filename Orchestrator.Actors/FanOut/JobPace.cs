namespace Orchestrator.Actors.FanOut;

/// <summary>A number of targets, or a share of them.</summary>
/// <param name="Value">Targets, 1 or more; or percent, over 0 to 100.</param>
/// <param name="IsPercent">Whether it is a share; rounded up, so that it is at least one target.</param>
public readonly record struct Amount(double Value, bool IsPercent)
{
    /// <summary>The number of targets, of <paramref name="targets"/> in all.</summary>
    public int Of(int targets) => IsPercent ? (int)Math.Ceiling(Value * targets / 100) : (int)Value;
}

/// <summary>How fast a job goes, and when it stops by itself. Everything at once and to the end, by default.</summary>
public sealed record JobPace
{
    /// <summary>All at once.</summary>
    public static readonly JobPace Unlimited = new();

    /// <summary>Invocations without an outcome at a time.</summary>
    public Amount? MaxConcurrency { get; init; }

    /// <summary>The same, per VmHost.</summary>
    public int? PerHost { get; init; }

    /// <summary>Invocations begun per second.</summary>
    public double? Rate { get; init; }

    /// <summary>Targets of the first waves, each after the whole of the one before it; the last wave is all the rest.</summary>
    public IReadOnlyList<Amount> Canary { get; init; } = [];

    /// <summary>Pause between a wave's last outcome and the next wave.</summary>
    public TimeSpan CanaryWait { get; init; }

    /// <summary>Outcomes of <see cref="Phase.Failed"/>, <see cref="Phase.TimedOut"/> and <see cref="Phase.Unknown"/> that are borne; one more halts the job.</summary>
    public Amount? MaxErrors { get; init; }

    /// <summary>The same for <see cref="Phase.Undelivered"/>.</summary>
    public Amount? MaxUndelivered { get; init; }
}
