using Akka.Actor;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Orchestrator.Actors.Telemetry;

/// <summary>Passes entries on to Akka's own log, which knows no numbers.</summary>
/// <param name="system">Whose log.</param>
internal sealed class AkkaLogger(ActorSystem system) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => system.Log.IsEnabled(LevelOf(logLevel));

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        system.Log.Log(LevelOf(logLevel), exception, $"[{eventId.Id}] {formatter(state, exception)}");

    private static Akka.Event.LogLevel LevelOf(LogLevel level) => level switch
    {
        LogLevel.Critical or LogLevel.Error => Akka.Event.LogLevel.ErrorLevel,
        LogLevel.Warning => Akka.Event.LogLevel.WarningLevel,
        LogLevel.Information => Akka.Event.LogLevel.InfoLevel,
        _ => Akka.Event.LogLevel.DebugLevel,
    };
}
