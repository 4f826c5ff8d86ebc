using System.Collections.Frozen;

namespace Orchestrator.Protocol.Qapi;

/// <summary>
/// The members an object may have for the tags known so far. A union's shape leads, by tag, to the shape with the branch's
/// members added; a branch that is itself a union leads on.
/// </summary>
internal sealed class QapiObjectShape
{
    /// <summary>Unions that are branches of unions; QEMU's own reach 2.</summary>
    public const int MaxBranchDepth = 32;

    private QapiObjectShape(QapiMember[] members, QapiMember? discriminator, FrozenDictionary<string, QapiObjectShape> variants)
    {
        Members = members;
        Discriminator = discriminator;
        Variants = variants;
    }

    public static QapiObjectShape Empty { get; } = new([], null, FrozenDictionary<string, QapiObjectShape>.Empty);

    public QapiMember[] Members { get; }

    public QapiMember? Discriminator { get; }

    public FrozenDictionary<string, QapiObjectShape> Variants { get; }

    /// <param name="type">A completed type.</param>
    /// <param name="remaining">How many members the shapes of a schema may still have in all: branches of branches multiply.</param>
    /// <param name="collision">The name that occurs twice; null when the members have run out.</param>
    /// <returns>Null when there is no such shape.</returns>
    public static QapiObjectShape? TryCreate(QapiObjectType type, ref int remaining, out string? collision) => TryCreate(type, [], 0, ref remaining, out collision);

    private static QapiObjectShape? TryCreate(QapiObjectType type, QapiMember[] before, int depth, ref int remaining, out string? collision)
    {
        collision = null;
        remaining -= before.Length + type.Members.Count;
        if (remaining < 0 || depth > MaxBranchDepth)
            return null;
        QapiMember[] members = [.. before, .. type.Members];
        collision = members.GroupBy(member => member.Name).FirstOrDefault(group => group.Count() > 1)?.Key;
        if (collision is not null)
            return null;
        var variants = new Dictionary<string, QapiObjectShape>(StringComparer.Ordinal);
        foreach (var (tag, branch) in type.Branches)
        {
            // A union that is its own branch repeats its discriminator, so the collision ends the recursion.
            if (TryCreate(branch, members, depth + 1, ref remaining, out collision) is not { } variant)
                return null;
            variants.Add(tag, variant);
        }
        return new QapiObjectShape(members, type.Discriminator, variants.ToFrozenDictionary(StringComparer.Ordinal));
    }

    /// <summary>Finds a member by its name on the wire. Peers mostly keep an order, so the search starts at <paramref name="hint"/> and moves it on.</summary>
    public int IndexOf(ReadOnlySpan<byte> name, ref int hint)
    {
        for (var step = 0; step < Members.Length; step++)
        {
            var index = (hint + step) % Members.Length;
            if (!name.SequenceEqual(Members[index].WireName.EncodedUtf8Bytes))
                continue;
            hint = index + 1;
            return index;
        }
        return -1;
    }
}
