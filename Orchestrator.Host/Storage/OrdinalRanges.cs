namespace Orchestrator.Host.Storage;

/// <summary>A set of places in a target list as a few bytes: gaps and lengths of its runs, as 7-bit integers.</summary>
internal static class OrdinalRanges
{
    /// <summary>Order and repetitions are not kept.</summary>
    public static byte[] Write(IReadOnlyList<int> ordinals)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        var sorted = ordinals.Distinct().Order().ToArray();
        var end = 0;
        for (var at = 0; at < sorted.Length;)
        {
            var start = sorted[at];
            var length = 1;
            while (at + length < sorted.Length && sorted[at + length] == start + length)
                length++;
            writer.Write7BitEncodedInt(start - end);
            writer.Write7BitEncodedInt(length);
            end = start + length;
            at += length;
        }
        return bytes.ToArray();
    }

    /// <summary>Ascending.</summary>
    public static IEnumerable<int> Read(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        for (var end = 0; reader.BaseStream.Position < bytes.Length;)
        {
            var start = end + reader.Read7BitEncodedInt();
            end = start + reader.Read7BitEncodedInt();
            for (var ordinal = start; ordinal < end; ordinal++)
                yield return ordinal;
        }
    }
}
