using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orchestrator.Actors.Clustering.Wire;

/// <summary>How one kind of message looks between nodes.</summary>
/// <param name="Type">The message's type in this program.</param>
/// <param name="Manifest">Its name between nodes, with a version: <c>node.hello.v1</c>. A name never changes its meaning: members are added, never changed or removed, and what a node does not know it skips.</param>
/// <param name="Write">Message to bytes.</param>
/// <param name="Read">Bytes to message; throws for what it does not understand.</param>
internal sealed record WireFormat(Type Type, string Manifest, Func<object, byte[]> Write, Func<byte[], object> Read)
{
    /// <summary>Its place in <see cref="WireFormats.All"/>.</summary>
    public int Number { get; init; }

    /// <summary>A message that is written as JSON (UTF-8) of its public members.</summary>
    public static WireFormat Json<T>(string manifest, JsonTypeInfo<T> type)
        where T : IWireMessage =>
        new(typeof(T), manifest, message => JsonSerializer.SerializeToUtf8Bytes((T)message, type), bytes => JsonSerializer.Deserialize(bytes, type) ?? throw new JsonException($"a message {manifest} that is null"));
}
