namespace Orchestrator.Bench.Events.Rounds;

/// <summary>One server without idle subscribers and then with them.</summary>
/// <param name="Subscribers">Idle ones: they wait for events that do not come.</param>
/// <param name="KiBPerSubscriber">Resident memory of the server that each brought.</param>
/// <param name="Cores">CPU time over wall time while nothing happens: without them, and with them.</param>
/// <param name="CoresWithEvents">The same while one more subscriber gets 100 events a second, which the idle ones do not want.</param>
/// <param name="LatencyP50">Of those events, ms.</param>
/// <param name="LatencyP99">Of those events, ms.</param>
public sealed record IdleSample(int Subscribers, double KiBPerSubscriber, Beside Cores, Beside CoresWithEvents, Beside LatencyP50, Beside LatencyP99);

/// <summary>A value without idle subscribers and with them.</summary>
public sealed record Beside(double Without, double With);
