using Orchestrator.Protocol.Qapi;

namespace Orchestrator.EndToEnd.Tests.TypedClient;

/// <summary>Where a schema that describes a part of QMP contradicts the QEMU that runs. What only one version of QEMU has, is optional in ours.</summary>
internal sealed class SchemaDifferences
{
    private readonly HashSet<(QapiType, QapiType)> _compared = [];
    private readonly List<string> _found = [];

    public IReadOnlyList<string> Found => _found;

    public void Add(string difference) => _found.Add(difference);

    public void OfCommand(QapiCommand ours, QapiCommand real)
    {
        if (!ours.AcceptsOtherArguments)
            OfSent(ours, real);
        if (ours.Returns is { } returned)
            OfReceived(ours.Name, returned, real.Returns!);
        else if (real.Returns is QapiObjectType { Members.Count: > 0 } or QapiArrayType)
            Add($"{ours.Name}: QEMU returns a value");
    }

    /// <summary>What we call mandatory must come, and everything must have QEMU's form.</summary>
    public void OfReceived(string path, QapiType ours, QapiType real)
    {
        if (!_compared.Add((ours, real)))
            return;
        switch (ours, real)
        {
            case (QapiBuiltinType { Kind: QapiBuiltinKind.Any }, _):
                break;
            case (QapiArrayType { Element: var element }, QapiArrayType { Element: var realElement }):
                OfReceived(path + "[]", element, realElement);
                break;
            case (QapiObjectType type, QapiObjectType realType):
                foreach (var member in type.Members)
                    OfMember($"{path}.{member.Name}", member, realType.Members.FirstOrDefault(known => known.Name == member.Name));
                foreach (var (tag, branch) in type.Branches)
                {
                    // Of branches, QEMU only has those of its own machine.
                    if (realType.Branches.TryGetValue(tag, out var realBranch))
                        OfReceived($"{path}({tag})", branch, realBranch);
                }
                break;
            case (QapiEnumType type, QapiEnumType realType):
                foreach (var value in type.Values.Where(value => !realType.Contains(value.Name) && value.Documentation?.Contains("since", StringComparison.Ordinal) != true))
                    Add($"{path}: QEMU has no value '{value.Name}'");
                break;
            case (QapiBuiltinType type, QapiBuiltinType realType) when type.Kind == realType.Kind:
                break;
            default:
                Add($"{path}: QEMU has {real.GetType().Name} {real}, not {ours}");
                break;
        }
    }

    private void OfMember(string path, QapiMember ours, QapiMember? real)
    {
        if (real is null)
        {
            if (!ours.Optional)
                Add($"{path}: QEMU has no such member");
            return;
        }
        if (real.Optional && !ours.Optional)
            Add($"{path}: QEMU may leave it out");
        OfReceived(path, ours.Type, real.Type);
    }

    private void OfSent(QapiCommand ours, QapiCommand real)
    {
        foreach (var argument in ours.Arguments)
        {
            if (real.Arguments.FirstOrDefault(known => known.Name == argument.Name) is { } known)
                OfReceived($"{ours.Name}.{argument.Name}", argument.Type, known.Type);
            else
                Add($"{ours.Name}.{argument.Name}: QEMU has no such argument");
        }
        foreach (var argument in real.Arguments.Where(argument => !argument.Optional && ours.Arguments.All(known => known.Name != argument.Name || known.Optional)))
            Add($"{ours.Name}.{argument.Name}: QEMU must be given it");
    }
}
