namespace Orchestrator.Bench.Scale.Nodes;

/// <summary>What nodes have sent each other, by their own count.</summary>
/// <param name="Messages">Of Akka's remoting.</param>
/// <param name="Bytes">Of those, as they were serialized.</param>
public sealed record NodeTraffic(double Messages, double Bytes)
{
    /// <summary>The metric of the messages that a node has sent to others.</summary>
    public const string MessagesMetric = "orchestrator_cluster_messages_sent_total";

    /// <summary>The metric of their bytes.</summary>
    public const string BytesMetric = "orchestrator_cluster_bytes_sent_total";

    /// <summary>Adds up nodes.</summary>
    /// <param name="metrics">The text of each node's <c>GET /metrics</c>.</param>
    /// <returns><see langword="null"/> if none of them counts, as one node alone does not.</returns>
    public static NodeTraffic? Of(IReadOnlyList<string> metrics)
    {
        double?[] messages = [.. metrics.Select(text => MetricsText.Sum(text, MessagesMetric))];
        return messages.All(sum => sum is null)
            ? null
            : new NodeTraffic(messages.Sum() ?? 0, metrics.Sum(text => MetricsText.Sum(text, BytesMetric)) ?? 0);
    }

    /// <summary>What came since an earlier count.</summary>
    public NodeTraffic Since(NodeTraffic earlier) => new(Messages - earlier.Messages, Bytes - earlier.Bytes);
}
