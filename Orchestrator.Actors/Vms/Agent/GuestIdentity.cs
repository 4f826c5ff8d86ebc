using System.Text.Json;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms.Agent;

/// <summary>What a guest says of itself, asked once per incarnation of its agent. Claims, not facts.</summary>
/// <param name="Capabilities">From <c>guest-info</c>; <see langword="null"/> if it was not answered, or the guest is frozen and hides them.</param>
/// <param name="Guest">The seed design's <c>GuestInfo</c>; <see langword="null"/> if the agent cannot tell its system.</param>
/// <param name="Facts">For selectors: <c>os.*</c> and <c>agent.version</c>.</param>
internal sealed record GuestIdentity(AgentCapabilities? Capabilities, GuestInfoSnapshot? Guest, IReadOnlyDictionary<string, string> Facts)
{
    /// <summary>Whether its filesystems are frozen; <see langword="null"/> if it did not tell. An agent that takes <c>guest-get-osinfo</c> is not.</summary>
    public bool? Frozen { get; init; }

    private const string OsInfoCommand = "guest-get-osinfo";
    private static readonly EncodedCommand Info = EncodedCommand.ForGuest("guest-info");
    private static readonly EncodedCommand OsInfo = EncodedCommand.ForGuest(OsInfoCommand);
    private static readonly EncodedCommand FreezeStatus = EncodedCommand.ForGuest("guest-fsfreeze-status");
    private const int MaxFactLength = 256;
    private static readonly string[] FactMembers = ["id", "name", "pretty-name", "version", "version-id", "kernel-release", "machine", "variant-id"];

    /// <summary>Asks. A question that stays without a usable answer leaves its part empty.</summary>
    public static async Task<GuestIdentity> QueryAsync(IAgentChannel agent, TimeSpan timeout)
    {
        var facts = new Dictionary<string, string>();
        if (await agent.ExecuteAsync(Info, timeout).ConfigureAwait(false) is not CommandResult.Returned info)
            return new GuestIdentity(null, null, facts);
        var capabilities = AgentCapabilities.Parse(info.Value);
        facts["agent.version"] = capabilities.Version;
        if (capabilities.Of(OsInfoCommand) != AgentCapability.Enabled)
        {
            var status = await agent.ExecuteAsync(FreezeStatus, timeout).ConfigureAwait(false);
            return new GuestIdentity(IsFrozen(status) ? null : capabilities, null, facts) { Frozen = status is CommandResult.Returned ? IsFrozen(status) : null };
        }
        if (await agent.ExecuteAsync(OsInfo, timeout).ConfigureAwait(false) is not CommandResult.Returned osInfo)
            return new GuestIdentity(capabilities, null, facts) { Frozen = false };
        using var document = JsonDocument.Parse(osInfo.Value);
        foreach (var member in FactMembers)
        {
            if (document.RootElement.TryGetProperty(member, out var value))
                facts["os." + member] = GuestText.Cut(value.GetString()!, MaxFactLength);
        }
        return new GuestIdentity(capabilities, GuestOf(facts), facts) { Frozen = false };
    }

    /// <summary>Whether an answer to <c>guest-fsfreeze-status</c> says frozen.</summary>
    public static bool IsFrozen(CommandResult status) => status is CommandResult.Returned returned && returned.Value.Span.SequenceEqual("\"frozen\""u8);

    private static GuestInfoSnapshot GuestOf(Dictionary<string, string> facts)
    {
        var id = facts.GetValueOrDefault("os.id", "");
        var version = facts.GetValueOrDefault("os.pretty-name") ?? facts.GetValueOrDefault("os.version") ?? facts.GetValueOrDefault("os.kernel-release", "");
        return new GuestInfoSnapshot(OsTypeOf(id), version, facts["agent.version"]);
    }

    /// <summary>The agent's <c>id</c> is os-release's <c>ID</c>, <c>mswindows</c>, or the name of a BSD; every other is a Linux distribution.</summary>
    private static string OsTypeOf(string id) => id switch
    {
        "mswindows" => "windows",
        "freebsd" or "netbsd" or "openbsd" or "solaris" => id,
        _ => "linux",
    };
}
