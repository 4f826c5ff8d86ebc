using System.Diagnostics.CodeAnalysis;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

/// <summary>Schema files in memory; counts how often each is read.</summary>
internal sealed class MemorySource : IQapiSource
{
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal);

    public Dictionary<string, int> Reads { get; } = new(StringComparer.Ordinal);

    public string this[string path]
    {
        set => _files[path] = value;
    }

    public bool TryRead(string path, [NotNullWhen(true)] out string? text)
    {
        Reads[path] = Reads.GetValueOrDefault(path) + 1;
        return _files.TryGetValue(path, out text);
    }

    public static QapiSchema Parse(string text) => QapiSchema.Load(new MemorySource { ["test.json"] = text }, "test.json");
}
