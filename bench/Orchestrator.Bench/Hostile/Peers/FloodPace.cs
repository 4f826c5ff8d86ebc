namespace Orchestrator.Bench.Hostile.Peers;

/// <summary>
/// How the plain reader takes the flood of a control turn: as many bytes of each connection, and connections as often, as the server did in
/// the hostile turn before. Without this the control would flood longer than the server let it, and be no baseline.
/// </summary>
/// <param name="Bytes">Of each connection; at least 1.</param>
/// <param name="Pause">From the start of a connection to the start of the next; at least 1 ms.</param>
public sealed record FloodPace(long Bytes, TimeSpan Pause)
{
    /// <summary>The pace of a flood that took so long.</summary>
    public static FloodPace Of(Flood flood, TimeSpan duration)
    {
        var connections = Math.Max(1, flood.Connections);
        return new FloodPace(Math.Max(1, flood.Bytes / connections), TimeSpan.FromMilliseconds(Math.Max(1, Math.Floor(duration.TotalMilliseconds / connections))));
    }
}
