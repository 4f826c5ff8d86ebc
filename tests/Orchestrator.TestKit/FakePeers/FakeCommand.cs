using System.Text.Json;

namespace Orchestrator.TestKit.FakePeers;

/// <summary>A command as a fake peer received it.</summary>
/// <param name="Line">The whole line without its end, as Latin-1: 0xFF is the character ÿ.</param>
public sealed record FakeCommand(string Line)
{
    private readonly JsonElement _message = JsonElement.Parse(Line[Math.Max(Line.IndexOf('{'), 0)..]);

    /// <summary>Name of the command.</summary>
    public string Name => _message.GetProperty(IsOutOfBand ? "exec-oob" : "execute").GetString()!;

    /// <summary>Whether it came as <c>exec-oob</c>.</summary>
    public bool IsOutOfBand => _message.TryGetProperty("exec-oob", out _);

    /// <summary>Whether the sentinel 0xFF stood before it.</summary>
    public bool HasSentinel => Line[0] == '\u00ff';

    /// <summary>The <c>id</c> as JSON text; <see langword="null"/> if there is none.</summary>
    public string? Id => _message.TryGetProperty("id", out var id) ? id.GetRawText() : null;

    /// <summary>The <c>arguments</c>; of kind Undefined if there are none.</summary>
    public JsonElement Arguments => _message.TryGetProperty("arguments", out var arguments) ? arguments : default;
}
