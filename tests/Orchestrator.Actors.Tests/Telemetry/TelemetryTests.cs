namespace Orchestrator.Actors.Tests.Telemetry;

/// <summary>Tests that read what the whole process measures or traces: they run when nothing else does.</summary>
[CollectionDefinition(nameof(TelemetryTests), DisableParallelization = true)]
public sealed class TelemetryTests;
