using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Serving;

/// <summary>The server's log: one line per entry, with nothing in it that a terminal would obey. An error's text may come from a guest.</summary>
internal sealed class HarmlessConsole() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "harmless";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter) =>
        textWriter.WriteLine(TerminalText.EscapeLine(
            $"{LevelOf(logEntry.LogLevel)}: {logEntry.Category}[{logEntry.EventId.Id}] {logEntry.Formatter(logEntry.State, logEntry.Exception)}{(logEntry.Exception is { } e ? $" {e}" : "")}"));

    private static string LevelOf(LogLevel level) => level switch
    {
        LogLevel.Critical => "crit",
        LogLevel.Error => "fail",
        LogLevel.Warning => "warn",
        LogLevel.Information => "info",
        _ => "dbug",
    };
}
