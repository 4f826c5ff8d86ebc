using Microsoft.Extensions.Logging.Console;

namespace Orchestrator.Host.Serving;

/// <summary>How the server writes its log to standard error: in both forms one line per entry, with nothing in it that a terminal would obey.</summary>
internal static class LogFormat
{
    /// <summary>For people.</summary>
    public const string Text = "text";

    /// <summary>For programs.</summary>
    public const string Json = "json";

    /// <summary>Adds it.</summary>
    /// <param name="logging">The server's.</param>
    /// <param name="format"><see cref="Text"/>, <see cref="Json"/> or, for the first, <see langword="null"/>.</param>
    public static void AddLog(this ILoggingBuilder logging, string? format)
    {
        var formatter = Check(format, "the configuration") == Json ? ConsoleFormatterNames.Json : HarmlessConsole.FormatterName;
        logging.ClearProviders().AddConsole(console => console.FormatterName = formatter).AddConsoleFormatter<HarmlessConsole, ConsoleFormatterOptions>()
            .SetMinimumLevel(LogLevel.Warning).AddFilter("Orchestrator", LogLevel.Information);
        logging.Services.Configure<ConsoleLoggerOptions>(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            // Whoever reads the log may stand still; the VMs, whose actors write to it, do not.
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
        // Everything beyond ASCII, and control characters, it writes as \uXXXX.
        logging.Services.Configure<JsonConsoleFormatterOptions>(json =>
        {
            json.IncludeScopes = true;
            json.UseUtcTimestamp = true;
            json.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        });
        logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
    }

    /// <exception cref="ServeException">There is no such format.</exception>
    public static string Check(string? format, string where) => format switch
    {
        null or Text => Text,
        Json => Json,
        _ => throw new ServeException($"{where}: there is no log format '{format}': write text or json"),
    };
}
