namespace Orchestrator.Protocol.Qapi.Introspection;

/// <summary>Arranges the objects for decoding. A union whose branches are unions is unfolded, so there is a limit to what a few kilobytes may unfold to.</summary>
internal static class IntrospectionShapes
{
    /// <summary>Members of all objects, unfolded. QEMU 7.2 has less than 10,000.</summary>
    private const int MaxMembers = 1_000_000;

    public static void Complete(IEnumerable<SchemaEntry> entries, Dictionary<string, QapiType> types)
    {
        var remaining = MaxMembers;
        foreach (var entry in entries)
        {
            if (types.GetValueOrDefault(entry.Name) is not QapiObjectType type)
                continue;
            type.Complete(QapiObjectShape.TryCreate(type, ref remaining, out var collision) ?? throw (collision is null
                ? entry.Unexpected($"unions nested at most {QapiObjectShape.MaxBranchDepth} deep, {MaxMembers} members unfolded", "more")
                : entry.Unexpected("each member name once, branches included", "one again")));
        }
    }
}
