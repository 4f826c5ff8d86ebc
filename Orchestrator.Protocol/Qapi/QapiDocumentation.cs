using System.Collections.Frozen;

namespace Orchestrator.Protocol.Qapi;

/// <summary>The <c>##</c> comment block in front of a definition, split into its sections. All text is plain, without comment signs.</summary>
public sealed record QapiDocumentation
{
    /// <summary>Of a definition without a comment block.</summary>
    public static QapiDocumentation None { get; } = new();

    /// <summary>The description: paragraphs separated by an empty line; notes and examples included. Empty when there is none.</summary>
    public string Text { get; init; } = "";

    /// <summary>By name of member, argument, enum value or branch.</summary>
    public FrozenDictionary<string, string> Members { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>By name of the feature.</summary>
    public FrozenDictionary<string, string> Features { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>What a command returns.</summary>
    public string? Returns { get; init; }

    /// <summary>When a command fails.</summary>
    public string? Errors { get; init; }

    /// <summary>The first version that has it, for example <c>7.1</c>.</summary>
    public string? Since { get; init; }

    /// <summary>The first sentence of <see cref="Text"/>, on one line.</summary>
    public string Summary
    {
        get
        {
            var line = Text.Split("\n\n", 2)[0].ReplaceLineEndings(" ");
            var end = line.IndexOf(". ", StringComparison.Ordinal);
            return end < 0 ? line : line[..(end + 1)];
        }
    }
}
