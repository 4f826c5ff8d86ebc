using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Protocol.Qapi;

/// <summary>Where schema files come from: a folder, embedded resources, memory.</summary>
public interface IQapiSource
{
    /// <summary>Reads one schema file.</summary>
    /// <param name="path">Normalized path with forward slashes, relative to the source; includes are already resolved against the including file.</param>
    /// <param name="text">The whole file.</param>
    /// <returns>False when there is no such file; the loader then reports the include's position.</returns>
    bool TryRead(string path, [NotNullWhen(true)] out string? text);
}
