namespace Orchestrator.Protocol.Client;

/// <summary>A JSON text does not fit the type it is read as.</summary>
/// <param name="path">Where, from the value that was read: <c>.image.filename</c>, <c>[3]</c>; empty for the value itself.</param>
/// <param name="message">What was expected.</param>
public sealed class QapiReadException(string path, string message) : Exception(message)
{
    /// <summary>Where, from the value that was read: <c>.image.filename</c>, <c>[3]</c>; empty for the value itself.</summary>
    public string Path { get; } = path;
}
