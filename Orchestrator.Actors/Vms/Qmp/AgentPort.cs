using System.Text.Json;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms.Qmp;

/// <summary>
/// The virtio-serial port behind the agent's channel. QEMU tells when the guest opens and closes it, by <c>VSERPORT_CHANGE</c>, but only if the
/// port has an <c>id=</c>; else it must be looked at.
/// </summary>
/// <param name="Chardev">Label of its character device (<c>query-chardev</c>).</param>
/// <param name="Id">The device's id, which events carry; <see langword="null"/> if it has none.</param>
/// <param name="Open">Whether the guest has it open now; <see langword="null"/> if QEMU did not say.</param>
internal sealed record AgentPort(string Chardev, string? Id, bool? Open)
{
    private const string StandardName = "org.qemu.guest_agent.0";
    private static readonly EncodedCommand QueryChardev = EncodedCommand.ForQmp("query-chardev");

    /// <summary>Finds the port: by its standard name, or by the socket of its character device.</summary>
    public static async Task<AgentPort?> FindAsync(QmpChannel qmp, string? agentPath, TimeSpan timeout)
    {
        var chardevs = qmp.ExecuteAsync(QueryChardev, timeout);
        var named = await PortsAsync(qmp, "/machine/peripheral", timeout).ConfigureAwait(false);
        var anonymous = await PortsAsync(qmp, "/machine/peripheral-anon", timeout).ConfigureAwait(false);
        var answer = await chardevs.ConfigureAwait(false);
        var bySocket = agentPath is null ? null : LabelOf(answer, agentPath);
        foreach (var (path, hasId) in named.Select(path => (path, true)).Concat(anonymous.Select(path => (path, false))))
        {
            var label = await PropertyAsync(qmp, path, "chardev", timeout).ConfigureAwait(false);
            var isAgent = bySocket is not null ? label == bySocket : await PropertyAsync(qmp, path, "name", timeout).ConfigureAwait(false) == StandardName;
            if (isAgent && label is not null)
                return new AgentPort(label, hasId ? path[(path.LastIndexOf('/') + 1)..] : null, IsOpen(answer, label));
        }
        return null;
    }

    /// <summary>Asks whether the guest has the port open.</summary>
    public async Task<bool?> QueryOpenAsync(QmpChannel qmp, TimeSpan timeout) =>
        IsOpen(await qmp.ExecuteAsync(QueryChardev, timeout).ConfigureAwait(false), Chardev);

    private static async Task<List<string>> PortsAsync(QmpChannel qmp, string container, TimeSpan timeout)
    {
        var ports = new List<string>();
        if (await qmp.ExecuteAsync(Qom("qom-list", container), timeout).ConfigureAwait(false) is not CommandResult.Returned returned)
            return ports;
        using var document = JsonDocument.Parse(returned.Value);
        foreach (var child in document.RootElement.EnumerateArray())
        {
            if (child.GetProperty("type"u8).ValueEquals("child<virtserialport>"u8))
                ports.Add(container + "/" + child.GetProperty("name"u8).GetString());
        }
        return ports;
    }

    private static async Task<string?> PropertyAsync(QmpChannel qmp, string path, string property, TimeSpan timeout)
    {
        if (await qmp.ExecuteAsync(Qom("qom-get", path, property), timeout).ConfigureAwait(false) is not CommandResult.Returned returned)
            return null;
        using var document = JsonDocument.Parse(returned.Value);
        return document.RootElement.ValueKind == JsonValueKind.String ? document.RootElement.GetString() : null;
    }

    private static EncodedCommand Qom(string command, string path, string? property = null)
    {
        var arguments = new Dictionary<string, string> { ["path"] = path };
        if (property is not null)
            arguments["property"] = property;
        return EncodedCommand.ForQmp(command, JsonSerializer.SerializeToElement(arguments));
    }

    private static string? LabelOf(CommandResult chardevs, string agentPath) => Chardevs(chardevs)
        .FirstOrDefault(chardev => Names(chardev.Filename, agentPath)).Label;

    /// <summary>QEMU writes <c>unix:PATH,server=on</c>, with <c>disconnected:</c> before it while no client is there.</summary>
    private static bool Names(string filename, string agentPath) =>
        filename.Contains("unix:" + agentPath + ",", StringComparison.Ordinal) || filename.EndsWith("unix:" + agentPath, StringComparison.Ordinal);

    private static bool? IsOpen(CommandResult chardevs, string label) => Chardevs(chardevs)
        .Where(chardev => chardev.Label == label).Select(chardev => (bool?)chardev.FrontendOpen).FirstOrDefault();

    private static List<(string Label, string Filename, bool FrontendOpen)> Chardevs(CommandResult result)
    {
        if (result is not CommandResult.Returned returned)
            return [];
        using var document = JsonDocument.Parse(returned.Value);
        return [.. document.RootElement.EnumerateArray().Select(chardev => (
            chardev.GetProperty("label"u8).GetString()!,
            chardev.GetProperty("filename"u8).GetString()!,
            chardev.GetProperty("frontend-open"u8).GetBoolean()))];
    }
}
