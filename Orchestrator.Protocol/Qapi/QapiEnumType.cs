using System.Collections.Frozen;
using System.Text.Json;

namespace Orchestrator.Protocol.Qapi;

/// <summary>One string of an enum.</summary>
public sealed record QapiEnumValue(string Name, string? Documentation, QapiCondition? Condition, IReadOnlyList<string> Features);

/// <summary>
/// A string out of a list. The list is closed for what is sent, open for what is received:
/// a newer agent may know more values, and they are kept as they are.
/// </summary>
public sealed class QapiEnumType : QapiType
{
    private readonly FrozenSet<string> _names;

    internal QapiEnumType(string name, IReadOnlyList<QapiEnumValue> values)
        : base(name)
    {
        Values = values;
        _names = values.Select(value => value.Name).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>In the order of the schema.</summary>
    public IReadOnlyList<QapiEnumValue> Values { get; }

    /// <summary>Whether the schema lists the value.</summary>
    public bool Contains(string value) => _names.Contains(value);

    internal override bool Accepts(JsonTokenType token) => token is JsonTokenType.String;
}
