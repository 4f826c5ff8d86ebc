namespace Orchestrator.Host.Serving;

/// <summary>The server cannot start as it was asked to; the message says why and what to do.</summary>
public sealed class ServeException(string message) : Exception(message);
