using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Results;

/// <summary>How the outcomes of a job are shown.</summary>
/// <param name="Format">One of <see cref="OutputFormat"/>.</param>
internal sealed record ResultForm(string Format)
{
    /// <summary>Nothing at all is shown of the outcomes.</summary>
    public static readonly ResultForm Nothing = new(OutputFormat.Ndjson) { Shown = [] };

    /// <summary>Kinds of outcomes that are shown (<see cref="OutcomeKind"/>).</summary>
    public IReadOnlyCollection<string> Shown { get; init; } = OutcomeKind.All;

    /// <summary>Members that do not count in comparisons, besides <see cref="VolatileMembers"/>.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>Show differences against this VM; empty for the largest group, <see langword="null"/> for no differences.</summary>
    public string? Reference { get; init; }

    /// <summary>Show how often each value of this member is there.</summary>
    public MemberPath? Aggregate { get; init; }

    /// <summary>Also write each VM's result to a file in this directory.</summary>
    public string? Directory { get; init; }

    /// <summary>Whether groups of equal outcomes are what is shown.</summary>
    public bool Groups => Reference is not null || (Format == OutputFormat.Fold && Aggregate is null);

    /// <summary>Whether each outcome is shown as it comes.</summary>
    public bool Streams => Format == OutputFormat.Ndjson && Reference is null && Aggregate is null;
}
