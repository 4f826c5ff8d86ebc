using System.Text;
using System.Text.Json;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Agent.Files;
using Orchestrator.Protocol.Client;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Guest;

namespace Orchestrator.Actors.Vms.Agent;

/// <summary>
/// Which process the agent is, as its own <c>/proc/self/stat</c> tells (Linux guests): a mark that ends with the process. It finds a restart where
/// QEMU sends no events of the port. A claim of the guest's.
/// </summary>
internal static class AgentProcess
{
    private const int StartTimeAfterName = 19;
    private const int MaxBytes = 4096;

    private static readonly EncodedCommand ViewSelf = Encode("""{"filename":"/proc/self/stat"}""");

    /// <summary>Process id and start time; <see langword="null"/> if the guest cannot tell.</summary>
    public static async Task<string?> QueryAsync(IAgentChannel agent, TimeSpan timeout, TimeProvider time) =>
        await GuestFileView.RunAsync(agent, ViewSelf, timeout, time).ConfigureAwait(false) is CommandResult.Returned view ? Parse(view.Value) : null;

    /// <summary>proc(5): the name in parentheses may hold anything, the fields after the last one are separated by spaces; the 22nd is the start time.</summary>
    internal static string? Parse(ReadOnlyMemory<byte> view)
    {
        var file = QapiJson.Read(view.Span, GuestFileContents.Read);
        if (file.Count > MaxBytes)
            return null;
        var text = Encoding.UTF8.GetString(file.Contents.Span);
        var (open, close) = (text.IndexOf(" (", StringComparison.Ordinal), text.LastIndexOf(") ", StringComparison.Ordinal));
        if (open < 0 || close < open)
            return null;
        var fields = text[(close + 2)..].Split(' ');
        return fields.Length > StartTimeAfterName ? $"{text[..open]} since {fields[StartTimeAfterName]}" : null;
    }

    private static EncodedCommand Encode(string arguments)
    {
        using var document = JsonDocument.Parse(arguments);
        return EncodedCommand.ForGuest("guest-view-file", document.RootElement);
    }
}
