using System.Text;

namespace Orchestrator.Actors.Controllers;

/// <summary>An instance's values as one call of a handler sees them: its changes count once it has succeeded.</summary>
internal sealed class ControllerState(IReadOnlyDictionary<string, string> kept)
{
    private const int MaxKeyLength = 256;

    private readonly Dictionary<string, string?> _changes = new(StringComparer.Ordinal);
    private int _count = kept.Count;

    /// <summary>What is different; <see langword="null"/> for what is gone.</summary>
    public IReadOnlyDictionary<string, string?> Changes => _changes;

    public string? Get(string key) => _changes.TryGetValue(key, out var value) ? value : kept.GetValueOrDefault(key);

    /// <exception cref="ArgumentException">A limit is passed; nothing changes.</exception>
    public void Set(string key, string? value)
    {
        if (key is not { Length: > 0 and <= MaxKeyLength })
            throw new ArgumentException($"a key has 1 to {MaxKeyLength} characters", nameof(key));
        if (value is not null && Encoding.UTF8.GetByteCount(value) > ControllerContext.MaxValueBytes)
            throw new ArgumentException($"the value of '{key}' is longer than {ControllerContext.MaxValueBytes} bytes", nameof(value));
        var before = Get(key);
        if (before == value)
            return;
        var count = _count + (value is null ? -1 : before is null ? 1 : 0);
        if (count > ControllerContext.MaxKeys)
            throw new ArgumentException($"there are {ControllerContext.MaxKeys} keys already", nameof(key));
        (_count, _changes[key]) = (count, value);
    }
}
