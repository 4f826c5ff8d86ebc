namespace Orchestrator.Host.Emulation;

/// <summary>A fleet cannot be emulated as asked. The message says what is in the way, and what to do.</summary>
internal sealed class EmulationException(string message) : Exception(message);
