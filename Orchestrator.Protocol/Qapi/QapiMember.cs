using System.Text.Json;

namespace Orchestrator.Protocol.Qapi;

/// <summary>One member of an object, or one argument of a command.</summary>
public sealed class QapiMember
{
    internal QapiMember(string name, QapiType type, bool optional, IReadOnlyList<string> features, QapiCondition? condition, string? documentation)
    {
        Name = name;
        Type = type;
        Optional = optional;
        Features = features;
        Condition = condition;
        Documentation = documentation;
        IsBase64 = features.Contains("base64");
        WireName = JsonEncodedText.Encode(name);
    }

    /// <summary>As on the wire.</summary>
    public string Name { get; }

    /// <summary>What its value must be.</summary>
    public QapiType Type { get; }

    /// <summary>May be absent. Absent differs from null: null is never accepted in its place.</summary>
    public bool Optional { get; }

    /// <summary>A <c>str</c> that holds bytes in standard base64 with padding (feature <c>base64</c>).</summary>
    public bool IsBase64 { get; }

    /// <summary>Names of the features of the member.</summary>
    public IReadOnlyList<string> Features { get; }

    /// <summary>On which builds the member exists; null for everywhere.</summary>
    public QapiCondition? Condition { get; }

    /// <summary>From the comment block of the definition; null when it says nothing of this member.</summary>
    public string? Documentation { get; }

    internal JsonEncodedText WireName { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}{(Optional ? "?" : "")}: {Type}";
}
