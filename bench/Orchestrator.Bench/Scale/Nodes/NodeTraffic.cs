namespace Orchestrator.Bench.Scale.Nodes;

/// <summary>What nodes have sent each other over remoting, by their own count.</summary>
/// <param name="Kinds">The program's own messages, by kind.</param>
/// <param name="Frames">All messages, Akka's own among them.</param>
/// <param name="FrameBytes">Of those, with all that Akka adds.</param>
public sealed record NodeTraffic(IReadOnlyDictionary<string, NodeTraffic.Kind> Kinds, double Frames, double FrameBytes)
{
    private const string Label = "kind";

    /// <summary>The metric of the messages that a node has sent to others.</summary>
    public const string MessagesMetric = "orchestrator_cluster_messages_sent_total";

    /// <summary>The metric of their bytes.</summary>
    public const string BytesMetric = "orchestrator_cluster_messages_sent_size_bytes_total";

    /// <summary>The metric of everything that went to others.</summary>
    public const string FramesMetric = "orchestrator_cluster_frames_sent_total";

    /// <summary>The metric of its bytes.</summary>
    public const string FrameBytesMetric = "orchestrator_cluster_frames_sent_size_bytes_total";

    /// <summary>One kind of message.</summary>
    /// <param name="Messages">How many.</param>
    /// <param name="Bytes">Theirs, without what Akka adds.</param>
    public sealed record Kind(double Messages, double Bytes);

    /// <summary>The program's own messages.</summary>
    public double Messages => Kinds.Values.Sum(kind => kind.Messages);

    /// <summary>Adds up nodes.</summary>
    /// <param name="metrics">The text of each node's <c>GET /metrics</c>.</param>
    /// <returns><see langword="null"/> if none of them has sent anything, as one node alone does not.</returns>
    public static NodeTraffic? Of(IReadOnlyList<string> metrics)
    {
        var messages = metrics.SelectMany(text => MetricsText.By(text, MessagesMetric, Label)).ToLookup(kind => kind.Key, kind => kind.Value);
        var bytes = metrics.SelectMany(text => MetricsText.By(text, BytesMetric, Label)).ToLookup(kind => kind.Key, kind => kind.Value);
        var frames = metrics.Sum(text => MetricsText.Sum(text, FramesMetric) ?? 0);
        return frames == 0
            ? null
            : new NodeTraffic(messages.ToDictionary(kind => kind.Key, kind => new Kind(kind.Sum(), bytes[kind.Key].Sum())), frames, metrics.Sum(text => MetricsText.Sum(text, FrameBytesMetric) ?? 0));
    }

    /// <summary>What came since an earlier count, each divided by <paramref name="by"/>; kinds of which nothing came are left out.</summary>
    public NodeTraffic Since(NodeTraffic earlier, double by) => new(
        Kinds.Select(kind => (kind.Key, New: Since(kind.Value, earlier.Kinds.GetValueOrDefault(kind.Key), by))).Where(kind => kind.New.Messages > 0).ToDictionary(kind => kind.Key, kind => kind.New),
        (Frames - earlier.Frames) / by,
        (FrameBytes - earlier.FrameBytes) / by);

    private static Kind Since(Kind now, Kind? earlier, double by) => new((now.Messages - (earlier?.Messages ?? 0)) / by, (now.Bytes - (earlier?.Bytes ?? 0)) / by);
}
