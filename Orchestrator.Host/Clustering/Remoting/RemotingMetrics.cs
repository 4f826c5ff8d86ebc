using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Host.Clustering.Remoting;

/// <summary>What is measured of Akka's remoting: everything that goes to other nodes, Akka's own messages and all addresses with it, before encryption.</summary>
internal static class RemotingMetrics
{
    /// <summary>Frames: a message each, ours or Akka's own.</summary>
    public static readonly Tally FramesSent = ProductMeter.Counter("orchestrator.cluster.frames.sent", "{frame}", "Frames of remoting to other nodes: a message each, Akka's own among them.");

    /// <summary>Their bytes.</summary>
    public static readonly Tally FrameBytesSent = ProductMeter.Counter("orchestrator.cluster.frames.sent.size", "By", "Bytes of the frames of remoting to other nodes, before encryption.");

    /// <summary>Counts one frame that was taken to be sent.</summary>
    public static void CountSent(int bytes)
    {
        FramesSent.Add();
        FrameBytesSent.Add(bytes);
    }
}
