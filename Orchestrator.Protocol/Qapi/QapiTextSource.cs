using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Protocol.Qapi;

/// <summary>Schema files in memory.</summary>
/// <param name="files">Whole files by their normalized paths.</param>
public sealed class QapiTextSource(IReadOnlyDictionary<string, string> files) : IQapiSource
{
    /// <inheritdoc/>
    public bool TryRead(string path, [NotNullWhen(true)] out string? text) => files.TryGetValue(path, out text);
}
