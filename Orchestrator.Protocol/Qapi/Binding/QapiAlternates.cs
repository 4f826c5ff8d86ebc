using System.Text.Json;

namespace Orchestrator.Protocol.Qapi.Binding;

/// <summary>The rule of alternates: at most one branch for each JSON form.</summary>
internal static class QapiAlternates
{
    private static readonly JsonTokenType[] Forms =
        [JsonTokenType.StartObject, JsonTokenType.StartArray, JsonTokenType.String, JsonTokenType.Number, JsonTokenType.True, JsonTokenType.Null];

    public static void Complete(QapiAlternateDefinition definition, QapiTypeTable types)
    {
        var taken = new Dictionary<JsonTokenType, string>();
        var branches = new List<QapiAlternateBranch>();
        foreach (var branch in definition.Branches)
        {
            var type = types.Resolve(branch.Type);
            if (type is QapiAlternateType or QapiBuiltinType { Kind: QapiBuiltinKind.Any })
                throw new QapiSchemaException(branch.Type.Position, "a branch with one JSON form", $"'{type.Name}'");
            foreach (var form in Forms.Where(type.Accepts))
            {
                if (!taken.TryAdd(form, branch.Name))
                    throw new QapiSchemaException(branch.Position, "branches of different JSON forms", $"'{branch.Name}', which looks like '{taken[form]}'");
            }
            branches.Add(new QapiAlternateBranch(branch.Name, type, definition.Common.Documentation.Members.GetValueOrDefault(branch.Name)));
        }
        ((QapiAlternateType)types.Get(definition.Name)).Complete(branches);
    }
}
