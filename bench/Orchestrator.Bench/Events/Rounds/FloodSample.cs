namespace Orchestrator.Bench.Events.Rounds;

/// <summary>One round in which all VMs send as fast as they can.</summary>
/// <param name="Format"><c>ndjson</c> or <c>sse</c>.</param>
/// <param name="Subscribers">Who all got all events.</param>
/// <param name="EventsPerSecond">From the first event's way into its socket to the last event's arrival at the last subscriber.</param>
/// <param name="CpuMicrosecondsPerEvent">Of the server, however many subscribers an event goes to.</param>
/// <param name="Lost">Events that the log gave up because it could not be written as fast, of the subscriber that missed most.</param>
/// <param name="PeakMiB">Highest resident memory of the server within the round.</param>
public sealed record FloodSample(string Format, int Subscribers, double EventsPerSecond, double CpuMicrosecondsPerEvent, long Lost, double PeakMiB);
