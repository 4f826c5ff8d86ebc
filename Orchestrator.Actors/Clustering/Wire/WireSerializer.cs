using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;

namespace Orchestrator.Actors.Clustering.Wire;

/// <summary>
/// Akka's serializer of everything that Orchestrator sends between nodes. A message whose manifest is not in <see cref="WireFormats"/> is not read:
/// no type is ever named by the sender.
/// </summary>
public sealed class WireSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>Of this serializer in the cluster's configuration; it never changes.</summary>
    public const int Id = 7701;

    /// <inheritdoc/>
    public override int Identifier => Id;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj)
    {
        ArgumentNullException.ThrowIfNull(obj);
        var format = Of(obj);
        var bytes = format.Write(obj);
        WireMetrics.MessagesSent.Add(format.Number);
        WireMetrics.BytesSent.Add(format.Number, bytes.Length);
        return bytes;
    }

    /// <inheritdoc/>
    public override string Manifest(object o)
    {
        ArgumentNullException.ThrowIfNull(o);
        return Of(o).Manifest;
    }

    /// <exception cref="SerializationException">No node of this version sends such a message.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        if (!WireFormats.ByManifest.TryGetValue(manifest, out var format))
            throw new SerializationException($"a message '{manifest}' that this version does not know: a newer node sent it");
        var message = format.Read(bytes);
        WireMetrics.MessagesReceived.Add(format.Number);
        return message;
    }

    private static WireFormat Of(object message) => WireFormats.ByType.GetValueOrDefault(message.GetType())
        ?? throw new SerializationException($"{message.GetType()} has no format in {nameof(WireFormats)}: it cannot be sent to another node");
}
