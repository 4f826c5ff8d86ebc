using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Actors.Clustering.Wire;

/// <summary>What is measured of the messages of <see cref="WireFormats"/>, each kind by its manifest. Akka's own and all addresses are in the frames of remoting only.</summary>
internal static class WireMetrics
{
    private const string Kind = "kind";

    private static readonly string[] Kinds = [.. WireFormats.All.Select(format => format.Manifest)];

    /// <summary>Messages to other nodes.</summary>
    public static readonly Tallies MessagesSent = ProductMeter.Counter("orchestrator.cluster.messages.sent", "{message}", "Messages that were written for other nodes.", Kind, Kinds);

    /// <summary>Their bytes.</summary>
    public static readonly Tallies BytesSent = ProductMeter.Counter("orchestrator.cluster.messages.sent.size", "By", "Bytes of the messages for other nodes, without what Akka adds.", Kind, Kinds);

    /// <summary>Messages of other nodes.</summary>
    public static readonly Tallies MessagesReceived = ProductMeter.Counter("orchestrator.cluster.messages.received", "{message}", "Messages of other nodes that were read.", Kind, Kinds);
}
