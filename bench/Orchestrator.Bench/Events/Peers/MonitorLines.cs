using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Bench.Events.Peers;

/// <summary>What a QMP server without a machine says, as QEMU prints it: pure functions, a line with its end each.</summary>
public static class MonitorLines
{
    /// <summary>The greeting (QMP specification, section 2.2).</summary>
    public static readonly byte[] Greeting =
        Encoding.ASCII.GetBytes("{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, \"major\": 7}, \"package\": \"\"}, \"capabilities\": [\"oob\"]}}\r\n");

    private static readonly CompositeFormat Event = CompositeFormat.Parse(
        "{{\"timestamp\": {{\"seconds\": {0}, \"microseconds\": {1}}}, \"event\": \"RTC_CHANGE\", \"data\": {{\"offset\": {2}, \"qom-path\": \"/machine/rtc\", \"sent\": {3}}}}}\r\n");

    /// <summary>
    /// The answer to a command. Only the negotiation is understood: a storage daemon, too, knows neither a run state nor a machine.
    /// </summary>
    /// <param name="command">The line as it came.</param>
    /// <exception cref="BenchException">It is no command.</exception>
    public static byte[] Answer(string command)
    {
        try
        {
            using var message = JsonDocument.Parse(command);
            var root = message.RootElement;
            var name = root.TryGetProperty("execute", out var inBand) ? inBand.GetString() : root.GetProperty("exec-oob").GetString();
            var id = root.TryGetProperty("id", out var value) ? value.GetRawText() : "null";
            return Encoding.UTF8.GetBytes(name == "qmp_capabilities"
                ? $"{{\"return\": {{}}, \"id\": {id}}}\r\n"
                : $"{{\"id\": {id}, \"error\": {{\"class\": \"CommandNotFound\", \"desc\": \"The command {name} has not been found\"}}}}\r\n");
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new BenchException($"the orchestrator sent a QMP server what is no command: {command}");
        }
    }

    /// <summary>An event of a VM.</summary>
    /// <param name="number">Which of its events, from 1 up.</param>
    /// <param name="now">QEMU's clock.</param>
    /// <param name="sent">The machine's monotonic clock, in its own ticks: the same for all its processes.</param>
    public static byte[] Numbered(long number, DateTimeOffset now, long sent) => Encoding.ASCII.GetBytes(string.Format(
        CultureInfo.InvariantCulture, Event, now.ToUnixTimeSeconds(), now.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond, number, sent));
}
