using System.Text.Json;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Qmp.Server;

namespace Orchestrator.Host.Emulation.Agent;

/// <summary>What an emulated guest answers: every command of the built-in guest schema that a Linux agent has, in the real one's words.</summary>
internal sealed class AgentCommands
{
    private const string Version = "10.0.0, emulated";
    private static readonly HashSet<string> WindowsOnly = ["guest-get-devices"];
    private static readonly HashSet<string> WhileFrozen =
        ["guest-ping", "guest-info", "guest-sync", "guest-sync-delimited", "guest-fsfreeze-status", "guest-fsfreeze-thaw"];

    private readonly Dictionary<string, QapiCommand> _commands =
        GuestNamespace.BuiltIn.Schema.Commands.Values.Where(command => !command.IsComposite).ToDictionary(command => command.Name, StringComparer.Ordinal);

    private readonly Answer _info;
    private readonly Answer _frozenInfo;

    /// <summary>Of an agent of this program's own guest schema.</summary>
    public AgentCommands() => (_info, _frozenInfo) = (Info(command => !WindowsOnly.Contains(command)), Info(WhileFrozen.Contains));

    /// <summary>Names of the commands.</summary>
    public IEnumerable<string> Names => _commands.Keys;

    /// <summary>Answers a command; what it does to the guest is done when this returns.</summary>
    public Answer Execute(EmulatedAgent guest, QmpRequest request)
    {
        if (!_commands.TryGetValue(request.Command, out var command))
            return Answer.Failure(QmpErrors.Unknown(request.Command));
        if (guest.IsFrozen && !WhileFrozen.Contains(command.Name))
            return Answer.Failure(new CommandError("CommandNotFound", $"Command {command.Name} has been disabled: the agent is in frozen state"));
        if (WindowsOnly.Contains(command.Name))
            return Answer.Failure(new CommandError("CommandNotFound", $"Command {command.Name} has been disabled"));
        if (QapiArguments.Check(command, request.Arguments.IsEmpty ? "{}"u8 : request.Arguments.Span) is { } violation)
            return Answer.Failure(QmpErrors.Of(violation));
        if (request.Arguments.IsEmpty)
            return Execute(guest, command.Name, default);
        using var arguments = JsonDocument.Parse(request.Arguments);
        return Execute(guest, command.Name, arguments.RootElement);
    }

    private Answer Execute(EmulatedAgent guest, string command, JsonElement arguments) => command switch
    {
        "guest-ping" => Answer.Empty,
        "guest-sync" or "guest-sync-delimited" => Answer.Of(arguments.GetProperty("id"u8).GetRawText()),
        "guest-info" => guest.IsFrozen ? _frozenInfo : _info,
        "guest-exec" => ExecCommands.Start(guest, arguments),
        "guest-exec-status" => ExecCommands.Status(guest, arguments),
        _ when command.StartsWith("guest-file-", StringComparison.Ordinal) => FileCommands.Execute(guest, command, arguments),
        _ when command.StartsWith("guest-fsfreeze-", StringComparison.Ordinal) => Freeze(guest, command),
        "guest-shutdown" => PowerCommands.ShutDown(guest, arguments),
        "guest-suspend-disk" or "guest-suspend-ram" or "guest-suspend-hybrid" => PowerCommands.Suspend(guest, command),
        _ when command.StartsWith("guest-set-", StringComparison.Ordinal) => SettingCommands.Execute(guest, command, arguments),
        _ => GuestFacts.Of(guest, command),
    };

    private static Answer Freeze(EmulatedAgent guest, string command)
    {
        var wasFrozen = guest.IsFrozen;
        switch (command)
        {
            case "guest-fsfreeze-status":
                return Answer.Of(wasFrozen ? "\"frozen\"" : "\"thawed\"");
            case "guest-fsfreeze-thaw":
                guest.IsFrozen = false;
                return Answer.Of(wasFrozen ? "1" : "0");
            default:
                guest.IsFrozen = true;
                return Answer.Of("1");
        }
    }

    private Answer Info(Func<string, bool> isEnabled)
    {
        var commands = _commands.Values.OrderBy(command => command.Name, StringComparer.Ordinal).Select(command =>
            $$"""{"enabled": {{(isEnabled(command.Name) ? "true" : "false")}}, "name": "{{command.Name}}", "success-response": {{(command.SuccessResponse ? "true" : "false")}}}""");
        return Answer.Of($$"""{"version": "{{Version}}", "supported_commands": [{{string.Join(", ", commands)}}]}""");
    }
}
