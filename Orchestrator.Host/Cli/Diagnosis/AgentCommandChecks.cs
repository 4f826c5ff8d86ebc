using Orchestrator.Actors.FanOut;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Jobs;

namespace Orchestrator.Host.Cli.Diagnosis;

/// <summary>Whether agents have the commands that this program's verbs are made of.</summary>
internal static class AgentCommandChecks
{
    /// <summary>By verb: <c>run</c>, <c>cp</c>, and what a selector's facts are asked with.</summary>
    public static readonly IReadOnlyList<(string Use, IReadOnlyList<string> Commands)> Needed =
    [
        ("any command", ["guest-sync-delimited", "guest-ping"]),
        ("run", ["guest-exec", "guest-exec-status"]),
        ("cp", ["guest-file-open", "guest-file-close", "guest-file-read", "guest-file-write"]),
        ("facts", ["guest-info", "guest-get-osinfo"]),
    ];

    /// <param name="outcomes">Of <c>guest-info</c>.</param>
    public static IEnumerable<Finding> Of(IReadOnlyList<OutcomeView> outcomes)
    {
        var named = OutcomeNames.Of(outcomes);
        var answered = named.Where(entry => entry.Outcome is { Succeeded: true, Result: not null }).Select(entry => (entry.Name, Commands: CommandsOf(entry.Outcome))).ToArray();
        return
        [
            .. Finding.OfVms(Severity.Warning, "agent-silent", named.Where(entry => !entry.Outcome.Succeeded).Select(entry => (entry.Name, $"guest-info ended as {entry.Outcome.Ending}")),
                name => $"'orchestrator why {name ?? "VM"}' tells more."),
            .. Missing("agent-without-command", "does not have", answered, (commands, name) => !commands.ContainsKey(name), Reasons.Unsupported),
            .. Missing("agent-command-disabled", "has disabled", answered, (commands, name) => commands.TryGetValue(name, out var enabled) && !enabled, Reasons.DisabledByGuest),
        ];
    }

    private static IEnumerable<Finding> Missing(
        string check, string verb, IEnumerable<(string Name, Dictionary<string, bool> Commands)> agents, Func<Dictionary<string, bool>, string, bool> lacks, string reason)
    {
        var lacking = agents
            .Select(agent => (agent.Name, Lacks: Needed.Select(need => (need.Use, Names: need.Commands.Where(name => lacks(agent.Commands, name)).ToArray())).Where(need => need.Names.Length > 0).ToArray()))
            .Where(agent => agent.Lacks.Length > 0)
            .Select(agent => (agent.Name, $"the agent {verb} {string.Join(", ", agent.Lacks.Select(need => $"{string.Join(", ", need.Names)} (for {need.Use})"))}"))
            .ToArray();
        return Finding.OfVms(Severity.Warning, check, lacking, name => name is null ? ReasonHints.Of(reason, null) : ReasonHints.OfVm(reason, name));
    }

    private static Dictionary<string, bool> CommandsOf(OutcomeView outcome)
    {
        var commands = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var command in outcome.Result!.Value.Items("supported_commands"))
        {
            if (command.Text("name") is { } name)
                commands[name] = command.IsTrue("enabled");
        }
        return commands;
    }
}
