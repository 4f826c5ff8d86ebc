using System.Text;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Agent.Files;

namespace Orchestrator.Actors.Vms.Agent;

/// <summary>
/// Which process the agent is, as its own <c>/proc/self/stat</c> tells (Linux guests): a mark that ends with the process. It finds a restart where
/// QEMU sends no events of the port. A claim of the guest's.
/// </summary>
internal static class AgentProcess
{
    private const int StartTimeAfterName = 19;
    private const int MaxBytes = 4096;

    /// <summary>Process id and start time; <see langword="null"/> if the guest cannot tell.</summary>
    public static async Task<string?> QueryAsync(IAgentChannel agent, TimeSpan timeout, TimeProvider time)
    {
        var (stat, isWhole, failure) = await GuestFileView.ReadAsync(new AgentTurns(agent, timeout, time), "/proc/self/stat", MaxBytes).ConfigureAwait(false);
        return failure is null && isWhole ? Parse(Encoding.UTF8.GetString(stat.Span)) : null;
    }

    /// <summary>proc(5): the name in parentheses may hold anything, the fields after the last one are separated by spaces; the 22nd is the start time.</summary>
    internal static string? Parse(string text)
    {
        var (open, close) = (text.IndexOf(" (", StringComparison.Ordinal), text.LastIndexOf(") ", StringComparison.Ordinal));
        if (open < 0 || close < open)
            return null;
        var fields = text[(close + 2)..].Split(' ');
        return fields.Length > StartTimeAfterName ? $"{text[..open]} since {fields[StartTimeAfterName]}" : null;
    }
}
