using System.Text.Json;

namespace Orchestrator.Host.Emulation.Agent;

/// <summary><c>guest-set-*</c>: taken as they are. Of all of them only the time is remembered.</summary>
internal static class SettingCommands
{
    /// <summary>Executes one.</summary>
    public static Answer Execute(EmulatedAgent guest, string command, JsonElement arguments)
    {
        switch (command)
        {
            case "guest-set-time":
                guest.ClockOffset = arguments.ValueKind == JsonValueKind.Object && arguments.TryGetProperty("time"u8, out var time)
                    ? time.GetInt64() - GuestFacts.HostTime(guest.Time)
                    : 0;
                return Answer.Empty;
            case "guest-set-vcpus":
                return Answer.Of(arguments.GetProperty("vcpus"u8).GetArrayLength().ToString(System.Globalization.CultureInfo.InvariantCulture));
            case "guest-set-memory-blocks":
                var blocks = arguments.GetProperty("mem-blks"u8).EnumerateArray().Select(block => $$"""{"phys-index": {{block.GetProperty("phys-index"u8).GetRawText()}}, "response": "success"}""");
                return Answer.Of($"[{string.Join(", ", blocks)}]");
            default:
                return Answer.Empty;
        }
    }
}
