using System.Text.Json;

namespace Orchestrator.Host.Emulation.Agent;

/// <summary>Commands that end the guest or send it to sleep: success is not answered, it is seen in QMP's events.</summary>
internal static class PowerCommands
{
    /// <summary><c>guest-shutdown</c>.</summary>
    public static Answer ShutDown(EmulatedAgent guest, JsonElement arguments)
    {
        var mode = arguments.ValueKind == JsonValueKind.Object && arguments.TryGetProperty("mode"u8, out var given) ? given.GetString() : "powerdown";
        if (mode is not ("powerdown" or "halt" or "reboot"))
            return Answer.Failure("mode is invalid (valid values are: halt|powerdown|reboot");
        if (mode == "reboot")
            guest.Vm.Reset(byGuest: true);
        else
            guest.Vm.ShutDown();
        return Answer.Silence;
    }

    /// <summary><c>guest-suspend-*</c>; to disk, the machine is off.</summary>
    public static Answer Suspend(EmulatedAgent guest, string command)
    {
        if (command == "guest-suspend-disk")
            guest.Vm.ShutDown();
        else
            guest.Vm.Suspend();
        return Answer.Silence;
    }
}
