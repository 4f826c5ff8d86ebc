using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.FanOut.Routing;

/// <summary>What a <see cref="ClusterRouter"/> is made of.</summary>
/// <param name="Node">Name of its node.</param>
/// <param name="Incarnation">Number of the node's process, as <c>NodeInfo</c> has it: what is addressed to another one is dropped.</param>
/// <param name="Time">Clock.</param>
public sealed record ClusterRouterSettings(string Node, int Incarnation, TimeProvider Time)
{
    /// <summary>Encodes the commands that come from other nodes.</summary>
    public GuestNamespace Guest { get; init; } = GuestNamespace.BuiltIn;

    /// <summary>The newest epoch of the duty <c>control</c>, whose jobs are one of the partitions: who else hears of it shares it.</summary>
    public NewestEpoch ControlEpoch { get; init; } = new();

    /// <summary>
    /// Puts aside what of an outcome is larger than so many bytes, on this node's disk, and gives it back with a <see cref="KeptOutput"/> in its
    /// place. Without it, and if it fails, such outputs are lost, and the outcome says so.
    /// </summary>
    public Func<string, Outcome, int, Task<Outcome>>? KeepAsync { get; init; }

    /// <summary>Bytes of one job's outcomes that await their acknowledgement; 16 MiB. Beyond it, its further targets end as <c>VmBusy</c>, unsent.</summary>
    public long MaxHeldPerJob { get; init; } = 16 * 1024 * 1024;

    /// <summary>The same of all jobs together; 256 MiB.</summary>
    public long MaxHeld { get; init; } = 256 * 1024 * 1024;

    /// <summary>Between two messages with outcomes of the same job, while more are to come; 25 ms. A full one does not wait.</summary>
    public TimeSpan BatchPause { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>The same while more are to come than one message holds; 400 ms.</summary>
    public TimeSpan ManyPause { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>How long VMs may take to be there after the node's start; 30 s.</summary>
    public TimeSpan LocateTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a job is remembered of which nothing is heard, nothing is under way and nothing awaits its acknowledgement; 1 h.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long outcomes are kept that nobody acknowledges, since the job was heard of last; 48 h.</summary>
    public TimeSpan AbandonTimeout { get; init; } = TimeSpan.FromHours(48);
}
