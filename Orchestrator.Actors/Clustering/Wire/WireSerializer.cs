using System.Collections.Concurrent;
using System.Runtime.Serialization;
using System.Text.Json;
using Akka.Actor;
using Akka.Event;
using Akka.Serialization;
using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Actors.Clustering.Wire;

/// <summary>
/// Akka's serializer of everything that Orchestrator sends between nodes. A message whose manifest is not in <see cref="WireFormats"/> is not read:
/// no type is ever named by the sender.
/// </summary>
public sealed class WireSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>Of this serializer in the cluster's configuration; it never changes.</summary>
    public const int Id = 7701;

    private const int MaxTold = 256;

    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.Ordinal);

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

    /// <summary>
    /// A message, or <see cref="UnreadableMessage"/>, which no actor takes: whoever sent it asks again and gives up in its own time. Each kind is told in
    /// the log once, because such a message comes again and again.
    /// </summary>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        try
        {
            var message = Read(bytes, manifest);
            WireMetrics.MessagesReceived.Add(WireFormats.ByManifest[manifest].Number);
            return message;
        }
        catch (Exception broken) when (broken is SerializationException or JsonException or FormatException or NotSupportedException)
        {
            if (_told.Count < MaxTold && _told.TryAdd(manifest, true))
                ClusterLogEntries.Unreadable(ActorLog.Of<WireSerializer>(system), manifest, broken.Message);
            return new UnreadableMessage(manifest);
        }
    }

    /// <summary>The message itself.</summary>
    /// <exception cref="SerializationException">No node of this version sends such a message.</exception>
    /// <exception cref="JsonException">It is none.</exception>
    internal static object Read(byte[] bytes, string manifest) => WireFormats.ByManifest.TryGetValue(manifest, out var format)
        ? format.Read(bytes)
        : throw new SerializationException($"a message '{manifest}' that this version does not know: a newer node sent it");

    private static WireFormat Of(object message) => WireFormats.ByType.GetValueOrDefault(message.GetType())
        ?? throw new SerializationException($"{message.GetType()} has no format in {nameof(WireFormats)}: it cannot be sent to another node");
}

/// <summary>Something of another node's that this version cannot read.</summary>
internal sealed record UnreadableMessage(string Manifest) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
