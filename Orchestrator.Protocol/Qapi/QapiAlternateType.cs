using System.Text.Json;

namespace Orchestrator.Protocol.Qapi;

/// <summary>One choice of an alternate. The name never appears on the wire.</summary>
public sealed record QapiAlternateBranch(string Name, QapiType Type, string? Documentation);

/// <summary>A value of one of several types, told apart by the JSON form of the value.</summary>
public sealed class QapiAlternateType : QapiType
{
    internal QapiAlternateType(string name)
        : base(name)
    {
    }

    /// <summary>In the order of the schema; no two accept the same JSON form.</summary>
    public IReadOnlyList<QapiAlternateBranch> Branches { get; private set; } = [];

    internal void Complete(IReadOnlyList<QapiAlternateBranch> branches) => Branches = branches;

    internal QapiType? Select(JsonTokenType token)
    {
        foreach (var branch in Branches)
        {
            if (branch.Type.Accepts(token))
                return branch.Type;
        }
        return null;
    }

    internal override bool Accepts(JsonTokenType token) => Select(token) is not null;
}
