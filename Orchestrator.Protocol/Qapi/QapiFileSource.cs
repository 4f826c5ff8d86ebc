using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Protocol.Qapi;

/// <summary>Schema files below a folder, as in QEMU's source tree. Paths that leave the folder are not found.</summary>
public sealed class QapiFileSource(string root) : IQapiSource
{
    /// <inheritdoc/>
    public bool TryRead(string path, [NotNullWhen(true)] out string? text)
    {
        var file = Path.Combine(root, path);
        var found = !path.StartsWith("..", StringComparison.Ordinal) && !Path.IsPathRooted(path) && File.Exists(file);
        text = found ? File.ReadAllText(file) : null;
        return found;
    }
}
