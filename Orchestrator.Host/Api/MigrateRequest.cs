using Orchestrator.Actors.Migration;

namespace Orchestrator.Host.Api;

/// <summary>A migration of every target (docs/MIGRATING.md).</summary>
public sealed record MigrateRequest
{
    /// <summary>VmHost of the destinations.</summary>
    public string? To { get; init; }

    /// <summary>Where each destination listens, <c>unix:PATH</c> or <c>tcp:HOST:PORT</c>, with placeholders; the configuration's by default.</summary>
    public string? Uri { get; init; }

    /// <summary>Most bytes per second of each; QEMU's own by default.</summary>
    public long? MaxBandwidth { get; init; }

    /// <summary>How long a guest may stand still, in milliseconds; QEMU's own by default.</summary>
    public double? DowntimeMs { get; init; }

    /// <summary>Slow guests down that change their memory faster than it is copied.</summary>
    public bool AutoConverge { get; init; }

    /// <summary>Let guests run on at the destination after one pass.</summary>
    public bool PostCopy { get; init; }

    /// <summary>Connections for memory.</summary>
    public int? Multifd { get; init; }

    /// <summary>How long a switchover waits for the agent's outstanding command, in milliseconds; 5,000 by default.</summary>
    public double? DrainMs { get; init; }

    /// <summary>Let a switchover cut the answer to a command that cannot be asked again.</summary>
    public bool AllowCut { get; init; }

    /// <summary>Leave the sources' QEMUs, which are ended else.</summary>
    public bool KeepSource { get; init; }

    /// <exception cref="RequestException">A value is not as it should be; its name is told.</exception>
    internal MigrationSpec Parse()
    {
        if (To is not { Length: > 0 and <= 253 })
            throw Invalid("'migrate.to' must name a VmHost: 'orchestrator vm ls' shows them");
        if (Uri is not null && !(Uri.StartsWith("unix:/", StringComparison.Ordinal) || Uri.StartsWith("unix:{directory}/", StringComparison.Ordinal) || Uri.StartsWith("tcp:", StringComparison.Ordinal)))
            throw Invalid($"'migrate.uri' is '{Uri}': write unix:/PATH or tcp:HOST:PORT");
        var spec = new MigrationSpec
        {
            To = To,
            Uri = Uri,
            MaxBandwidth = MaxBandwidth is null or >= 1 ? MaxBandwidth : throw Invalid("'migrate.maxBandwidth' must be 1 byte per second or more"),
            Downtime = Duration("downtimeMs", DowntimeMs, MigrationSpec.LongestDowntime),
            AutoConverge = AutoConverge,
            PostCopy = PostCopy,
            Multifd = Multifd is null or (>= 1 and <= MigrationSpec.MaxMultifd) ? Multifd : throw Invalid($"'migrate.multifd' must be between 1 and {MigrationSpec.MaxMultifd}"),
            AllowCut = AllowCut,
            KeepSource = KeepSource,
        };
        return Duration("drainMs", DrainMs, MigrationSpec.LongestDrain) is { } drain ? spec with { Drain = drain } : spec;
    }

    private static TimeSpan? Duration(string name, double? milliseconds, TimeSpan most) => milliseconds switch
    {
        null => null,
        { } given when given >= 1 && given <= most.TotalMilliseconds => TimeSpan.FromMilliseconds(given),
        _ => throw Invalid($"'migrate.{name}' must be between 1 and {most.TotalMilliseconds:0}"),
    };

    private static RequestException Invalid(string detail) => new("invalid-request", detail);
}
