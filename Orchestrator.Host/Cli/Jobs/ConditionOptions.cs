using System.CommandLine;
using System.Text.Json;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary><c>--on-paused</c> and its like: what is done with VMs that cannot take the command now (docs/OUTCOMES.md).</summary>
internal sealed class ConditionOptions
{
    private static readonly string[] Choices = ["fail", "wait", "skip", "force"];

    private readonly (string Member, Option<string?> Option)[] _conditions =
    [
        Condition("paused", "whose processors are stopped"),
        Condition("migrating", "at a migration's switchover"),
        Condition("frozen", "whose filesystems are frozen"),
        Condition("absent", "without an agent"),
        Condition("unresponsive", "whose agent or QEMU does not answer"),
    ];

    public void AddTo(Command command)
    {
        foreach (var (_, option) in _conditions)
            command.Add(option);
    }

    /// <summary>The member <c>conditions</c> of the request's object, if there is a choice.</summary>
    public void Write(Utf8JsonWriter writer, ParseResult parsed)
    {
        if (_conditions.All(condition => parsed.GetValue(condition.Option) is null))
            return;
        writer.WriteStartObject("conditions");
        foreach (var (member, option) in _conditions)
        {
            if (parsed.GetValue(option) is { } choice)
                writer.WriteString(member, choice);
        }
        writer.WriteEndObject();
    }

    private static (string, Option<string?>) Condition(string name, string which) =>
        (name, new Option<string?>($"--on-{name}") { Description = $"VMs {which}: fail, wait, skip or force", HelpName = "CHOICE" }.AcceptOnlyFromAmong(Choices));
}
