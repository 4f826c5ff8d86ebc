using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Telemetry;
using Orchestrator.Actors.Tests.Events;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Orchestrator.Actors.Tests.Telemetry;

public sealed class ActorLogTests : ActorTest
{
    private readonly FakeEventStore _store = new() { Failure = "the disk is full" };

    [Fact]
    public async Task Actor_writes_numbered_entries_under_its_own_name()
    {
        using var log = new Recorder();
        ActorLog.WriteTo(Sys, log);

        var events = StartFailing();
        await SettleAsync(events);
        await TestKit.Eventually.TrueAsync(() => !log.Entries.IsEmpty, Limit, "the log is told");

        Assert.Equal(("Orchestrator.Actors.Events.EventLog", 1504, LogLevel.Warning, "Events are not written to the log, which is tried again: the disk is full"), Assert.Single(log.Entries));
    }

    [Fact]
    public async Task Without_a_place_of_its_own_it_writes_to_Akkas_log()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Warning));
        Sys.EventStream.SetLogLevel(Akka.Event.LogLevel.WarningLevel);

        StartFailing();

        var warning = await FishForMessageAsync<Warning>(static warning => warning.ToString().Contains("1504", StringComparison.Ordinal));
        Assert.Contains("the disk is full", warning.ToString());
    }

    [Fact]
    public async Task Health_tells_why_events_are_not_on_disk()
    {
        var events = StartFailing();

        await TestKit.Eventually.TrueAsync(async () => (await events.Ask<EventReplies.Health>(EventQueries.GetHealth.Instance, Limit)).Trouble is not null, Limit, "the trouble is told");

        Assert.Equal(new EventReplies.Health(1, "the disk is full"), await events.Ask<EventReplies.Health>(EventQueries.GetHealth.Instance, Limit));
        _store.Failure = null;
        Advance(60);
        await TestKit.Eventually.TrueAsync(async () => await events.Ask<EventReplies.Health>(EventQueries.GetHealth.Instance, Limit) == new EventReplies.Health(0, null), Limit, "it is over");
    }

    private IActorRef StartFailing()
    {
        var events = Sys.ActorOf(EventLog.PropsFor(_store, new EventLogSettings()));
        events.Tell(new FleetEvent { Host = "h", VmName = "v", Name = "A", Time = Time.GetUtcNow(), Provenance = Provenance.Host });
        return events;
    }

    private sealed class Recorder : ILoggerFactory
    {
        public ConcurrentQueue<(string Category, int Number, LogLevel Level, string Text)> Entries { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Logger(categoryName, Entries);

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }

        private sealed class Logger(string category, ConcurrentQueue<(string, int, LogLevel, string)> entries) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                entries.Enqueue((category, eventId.Id, logLevel, formatter(state, exception)));
        }
    }
}
