using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Orchestrator.Host.Serving;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Tests.Telemetry;

public sealed class LogFormatTests
{
    private const string Hostile = "\u001b]0;evil\u0007\u009b31m\0\r\nevil\u202e\u200b\u2028\u007f";

    [Fact]
    public void Json_is_one_harmless_object_per_entry_with_its_number_and_values()
    {
        using var services = Services("json");
        var formatter = services.GetServices<ConsoleFormatter>().Single(formatter => formatter.Name == ConsoleFormatterNames.Json);
        var output = new StringWriter { NewLine = "\n" };
        KeyValuePair<string, object?>[] state = [new("Path", Hostile)];

        formatter.Write(new LogEntry<KeyValuePair<string, object?>[]>(LogLevel.Error, "Orchestrator", new EventId(1101), state, new InvalidOperationException(Hostile), (_, _) => Hostile), null, output);

        var line = output.ToString();
        var entry = JsonElement.Parse(line);
        Assert.Equal((1101, "Error", Hostile, Hostile), (entry.GetProperty("EventId").GetInt32(), entry.GetProperty("LogLevel").GetString(), entry.GetProperty("Message").GetString(), entry.GetProperty("State").GetProperty("Path").GetString()));
        Assert.EndsWith("Z", entry.GetProperty("Timestamp").GetString());
        Assert.Equal(line.Length - 1, line.IndexOf('\n'));
        Assert.DoesNotContain(line[..^1].EnumerateRunes(), HarmlessJsonEncoder.IsObeyed);
    }

    [Theory]
    [InlineData(null, HarmlessConsole.FormatterName)]
    [InlineData("text", HarmlessConsole.FormatterName)]
    [InlineData("json", ConsoleFormatterNames.Json)]
    public void Format_chooses_the_formatter_and_writes_to_standard_error(string? format, string formatter)
    {
        using var services = Services(format);

        var options = services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value;

        Assert.Equal((formatter, LogLevel.Trace, ConsoleLoggerQueueFullMode.DropWrite), (options.FormatterName, options.LogToStandardErrorThreshold, options.QueueFullMode));
    }

    [Fact]
    public void Unknown_format_is_told_with_its_place() =>
        Assert.Equal("f.yaml: 'log-format': there is no log format 'xml': write text or json", Assert.Throws<ServeException>(() => LogFormat.Check("xml", "f.yaml: 'log-format'")).Message);

    private static ServiceProvider Services(string? format)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddLog(format));
        return services.BuildServiceProvider();
    }
}
