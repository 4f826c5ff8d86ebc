using System.Text.Json;

namespace Orchestrator.Actors.Vms.Observation;

/// <summary>One thing that a guest tells of: an interface, a user, a filesystem.</summary>
/// <param name="Key">What tells it from others of its kind.</param>
/// <param name="Mark">Equal while it has not changed.</param>
/// <param name="Json">As events tell it.</param>
/// <param name="Size">In bytes, where a small change of it is none.</param>
internal sealed record ObservedItem(string Key, string Mark, ReadOnlyMemory<byte> Json, double? Size = null)
{
    // What is free for users moves by itself on some filesystems, and their size with it.
    private const double SmallChange = 0.01;

    /// <summary>Whether it has not changed since <paramref name="before"/>.</summary>
    public bool IsSameAs(ObservedItem before) => Mark == before.Mark && HasSizeOf(before);

    private bool HasSizeOf(ObservedItem before) => (Size, before.Size) switch
    {
        ({ } now, { } then) => Math.Abs(now - then) <= SmallChange * then,
        _ => Size is null == before.Size is null,
    };
}

/// <summary>What a guest told of one aspect at one look: a claim. Immutable.</summary>
/// <param name="Items">In the order of their keys, each key once.</param>
/// <param name="Facts">What of it is shown with the VM.</param>
internal sealed record ObservedState(IReadOnlyList<ObservedItem> Items, IReadOnlyList<KeyValuePair<string, string>> Facts)
{
    /// <summary>Things of one kind that are looked at; what a guest tells beyond that is not seen.</summary>
    public const int MaxItems = 256;

    /// <summary>Longest text of a guest's that is kept, in UTF-16 units.</summary>
    public const int MaxText = 256;

    /// <summary>Takes in what was read, the first of each key.</summary>
    public static ObservedState Of(IEnumerable<ObservedItem> items, IReadOnlyList<KeyValuePair<string, string>> facts) =>
        new([.. items.DistinctBy(item => item.Key, StringComparer.Ordinal).OrderBy(item => item.Key, StringComparer.Ordinal).Take(MaxItems)], facts);

    /// <summary>
    /// What is different: the state to compare the next look with, which has what was told of each thing last, so that many small changes become
    /// one; and the data of the event, <see langword="null"/> if nothing is to be told.
    /// </summary>
    public (ObservedState Next, ReadOnlyMemory<byte>? Change) Since(ObservedState before)
    {
        var then = before.Items.ToDictionary(item => item.Key, StringComparer.Ordinal);
        var now = Items.Select(item => item.Key).ToHashSet(StringComparer.Ordinal);
        var added = Items.Where(item => !then.ContainsKey(item.Key)).ToArray();
        var removed = before.Items.Where(item => !now.Contains(item.Key)).ToArray();
        var changed = Items.Where(item => then.TryGetValue(item.Key, out var old) && !item.IsSameAs(old)).ToArray();
        if (added.Length + removed.Length + changed.Length == 0)
            return (this with { Items = before.Items }, null);
        var next = Items.Select(item => then.TryGetValue(item.Key, out var old) && item.IsSameAs(old) ? old : item);
        return (this with { Items = [.. next] }, Encode(added, removed, changed));
    }

    private static ReadOnlyMemory<byte> Encode(ObservedItem[] added, ObservedItem[] removed, ObservedItem[] changed)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            Write(writer, "added", added);
            Write(writer, "removed", removed);
            Write(writer, "changed", changed);
            writer.WriteEndObject();
        }
        return stream.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, string name, ObservedItem[] items)
    {
        writer.WriteStartArray(name);
        foreach (var item in items)
            writer.WriteRawValue(item.Json.Span);
        writer.WriteEndArray();
    }
}
