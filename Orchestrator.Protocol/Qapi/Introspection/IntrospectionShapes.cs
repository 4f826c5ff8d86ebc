namespace Orchestrator.Protocol.Qapi.Introspection;

/// <summary>
/// Arranges the objects for decoding. A union whose branches are unions is unfolded, so what a few kilobytes of hostile introspection unfold to is
/// measured before.
/// </summary>
internal static class IntrospectionShapes
{
    /// <summary>Unions within branches of unions; QEMU's own nest 3 deep.</summary>
    private const int MaxNesting = 16;

    /// <summary>Members of all objects, unfolded. QEMU 7.2 has less than 10,000.</summary>
    private const int MaxMembers = 1_000_000;

    public static void Complete(IEnumerable<SchemaEntry> entries, Dictionary<string, QapiType> types)
    {
        var left = MaxMembers;
        foreach (var entry in entries)
        {
            if (types.GetValueOrDefault(entry.Name) is not QapiObjectType type)
                continue;
            if (!Fits(type, 0, MaxNesting, ref left))
                throw entry.Unexpected($"unions nested at most {MaxNesting} deep, {MaxMembers} members unfolded", "more");
            type.Complete(QapiObjectShape.TryCreate(type, out _) ?? throw entry.Unexpected("each member name once, branches included", "one again"));
        }
    }

    private static bool Fits(QapiObjectType type, int inherited, int depth, ref int left)
    {
        var members = inherited + type.Members.Count;
        left -= members + 1;
        if (depth == 0 || left < 0)
            return false;
        foreach (var branch in type.Branches.Values)
        {
            if (!Fits(branch, members, depth - 1, ref left))
                return false;
        }
        return true;
    }
}
