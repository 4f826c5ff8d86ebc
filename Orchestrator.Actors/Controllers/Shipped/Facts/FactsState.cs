namespace Orchestrator.Actors.Controllers.Shipped.Facts;

/// <summary>What an agent can be asked about: each is one command or two.</summary>
[Flags]
internal enum FactAreas
{
    None = 0,

    /// <summary>Host name and time zone.</summary>
    Os = 1,

    /// <summary>Interfaces and addresses.</summary>
    Net = 2,

    /// <summary>Mounted filesystems.</summary>
    Fs = 4,

    /// <summary>Who is logged in.</summary>
    Users = 8,

    All = Os | Net | Fs | Users,
}

/// <summary>What is to be asked of one VM; kept between the handlers.</summary>
internal sealed record FactsState
{
    /// <summary>To be asked as soon as the agent answers.</summary>
    public FactAreas Due { get; init; }

    /// <summary>Attempts in a row that failed.</summary>
    public int Failures { get; init; }

    /// <summary>What this agent has no command for.</summary>
    public FactAreas Lacking { get; init; }

    /// <summary>Version of the agent that <see cref="Lacking"/> is about.</summary>
    public string? LackingVersion { get; init; }

    /// <summary>When the guest was stopped; <see langword="null"/> while it runs.</summary>
    public DateTimeOffset? StoppedAt { get; init; }

    /// <summary>Something is to be asked.</summary>
    public FactsState Needs(FactAreas areas) => this with { Due = Due | areas, Failures = 0 };

    /// <summary>What the agent of this version is not asked for in vain.</summary>
    public FactsState Of(string agentVersion) => LackingVersion == agentVersion ? this with { Due = Due & ~Lacking } : this with { Lacking = FactAreas.None, LackingVersion = agentVersion };
}
