using System.Collections.Frozen;
using System.Text.Json;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Migration;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qmp.Server;

namespace Orchestrator.Actors.Endpoints;

/// <summary>Which commands a client of the endpoint may not send, because they would break Orchestrator's hold of the VM (docs/ENDPOINT.md).</summary>
internal static class EndpointPolicy
{
    private const string NeedsDescriptor = "it needs a file descriptor passed over the socket (SCM_RIGHTS), and this socket is not QEMU's: open files by their path, or give QEMU a monitor of your own";

    private static readonly FrozenDictionary<string, string> Denied = new Dictionary<string, string>
    {
        ["quit"] = "it ends QEMU for everybody: power the guest off with system_powerdown or guest-shutdown",
        ["human-monitor-command"] = "it can run any command past this policy: use the QMP command for it",
        ["getfd"] = NeedsDescriptor,
        ["add-fd"] = NeedsDescriptor,
    }.ToFrozenDictionary();

    /// <summary>Decides on a command; <see langword="null"/> lets it pass.</summary>
    /// <param name="request">The command.</param>
    /// <param name="vm">What is known of the VM.</param>
    /// <param name="allowed">Commands that the configuration lets pass.</param>
    public static CommandError? Decide(QmpRequest request, VmEvents.Seen vm, FrozenSet<string> allowed)
    {
        if (allowed.Contains(request.Command))
            return null;
        var reason = Denied.GetValueOrDefault(request.Command) ?? WhyAgentNeedsIt(request, vm);
        return reason is null ? null : new CommandError(
            "GenericError",
            $"Denied by Orchestrator's policy: {request.Command}: {reason}. The configuration can allow it (endpoint: allow: [{request.Command}])");
    }

    private static string? WhyAgentNeedsIt(QmpRequest request, VmEvents.Seen vm) => request.Command switch
    {
        "chardev-remove" or "chardev-change" when Names(request, vm.Port?.Chardev) => $"'{vm.Port!.Chardev}' is the channel of the guest agent",
        "device_del" when Names(request, vm.Port?.Id) => $"'{vm.Port!.Id}' is the port of the guest agent",
        _ => MigrationRules.Fences(request.Command, vm.Condition.RunState),
    };

    private static bool Names(QmpRequest request, string? id)
    {
        if (id is null || request.Arguments.IsEmpty)
            return false;
        using var arguments = JsonDocument.Parse(request.Arguments, new JsonDocumentOptions { MaxDepth = int.MaxValue });
        return arguments.RootElement.TryGetProperty("id"u8, out var named) && named.ValueKind == JsonValueKind.String && named.ValueEquals(id);
    }
}
