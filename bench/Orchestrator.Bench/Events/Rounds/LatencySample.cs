using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Events.Rounds;

/// <summary>One round in which the VMs send at a steady pace to one subscriber.</summary>
/// <param name="Load"><c>100</c> or <c>half</c> (of what a flood reaches).</param>
/// <param name="EventsPerSecond">As they were sent.</param>
/// <param name="Latency">From the way into the VM's socket to the subscriber, ms.</param>
/// <param name="Lost">As in <see cref="FloodSample"/>.</param>
/// <param name="ServerCores">CPU time of the server over the time of the round.</param>
public sealed record LatencySample(string Load, double EventsPerSecond, Distribution Latency, long Lost, double ServerCores);
