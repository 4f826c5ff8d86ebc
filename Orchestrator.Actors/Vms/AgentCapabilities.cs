using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms;

/// <summary>Whether an agent takes a command.</summary>
internal enum AgentCapability
{
    Enabled,
    Disabled,
    Unknown,
}

/// <summary>
/// What an agent says of itself in <c>guest-info</c>: claimed by the guest. Agents of one build say the same: equal answers share one instance.
/// </summary>
internal sealed class AgentCapabilities
{
    private const int MaxShared = 256;
    private const int MaxCommands = 1024;
    private const int MaxNameLength = 64;
    private static readonly ConcurrentDictionary<string, AgentCapabilities> Shared = new();
    private readonly FrozenDictionary<string, bool> _commands;

    private AgentCapabilities(string version, FrozenDictionary<string, bool> commands)
    {
        Version = version;
        _commands = commands;
    }

    /// <summary>Version of the agent, e.g. <c>7.2.22</c>.</summary>
    public string Version { get; }

    public AgentCapability Of(string command) =>
        !_commands.TryGetValue(command, out var enabled) ? AgentCapability.Unknown : enabled ? AgentCapability.Enabled : AgentCapability.Disabled;

    /// <summary>Reads an answer to <c>guest-info</c> that passed the schema.</summary>
    public static AgentCapabilities Parse(ReadOnlyMemory<byte> value)
    {
        var key = Convert.ToHexString(SHA256.HashData(value.Span));
        if (Shared.TryGetValue(key, out var known))
            return known;
        var parsed = Read(value);
        return Shared.Count < MaxShared ? Shared.GetOrAdd(key, parsed) : parsed;
    }

    private static AgentCapabilities Read(ReadOnlyMemory<byte> value)
    {
        using var document = JsonDocument.Parse(value);
        var commands = new Dictionary<string, bool>();
        // What is kept for as long as the VM is there must not be as long as a guest likes.
        foreach (var command in document.RootElement.GetProperty("supported_commands"u8).EnumerateArray().Take(MaxCommands))
            commands[GuestText.Cut(command.GetProperty("name"u8).GetString()!, MaxNameLength)] = command.GetProperty("enabled"u8).GetBoolean();
        return new AgentCapabilities(GuestText.Cut(document.RootElement.GetProperty("version"u8).GetString()!, MaxNameLength), commands.ToFrozenDictionary());
    }
}
