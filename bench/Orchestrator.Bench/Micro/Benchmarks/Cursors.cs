using System.Globalization;
using Akka.Actor;
using BenchmarkDotNet.Attributes;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Storage;

namespace Orchestrator.Bench.Micro.Benchmarks;

/// <summary>One stream of many logs, and the place in it that readers keep.</summary>
public class Cursors
{
    private const int Logs = 16;
    private const int EventsEach = 1024;
    private const int PageSize = 128;
    private const int Pages = Logs * EventsEach / PageSize;

    private static readonly string[] Hosts = [.. Enumerable.Range(0, Logs).Select(number => string.Create(CultureInfo.InvariantCulture, $"host{number:00}"))];

    private EventLogs _logs = null!;
    private ActorSystem _system = null!;
    private EventCursor _cursor = EventCursor.Beginning;
    private long _moved;

    /// <summary>Fills the logs.</summary>
    [GlobalSetup]
    public async Task PrepareAsync()
    {
        _system = ActorSystem.Create("bench", "akka { loglevel = OFF, stdout-loglevel = OFF }");
        _logs = new EventLogs(TimeProvider.System);
        foreach (var host in Hosts)
        {
            var log = _system.ActorOf(EventLog.PropsFor(new MemoryEventStore(TimeProvider.System), new EventLogSettings()), host);
            foreach (var happened in SampleEvents.Of(EventsEach))
                log.Tell(happened);
            _logs.Put(host, log, isRemote: false);
        }
        if (await MergeAsync() != Logs * EventsEach)
            throw new BenchException("events are missing in the merged stream");
        for (var log = 0; log < Logs; log++)
            _cursor = Moved(_cursor, log, 1);
    }

    /// <summary>Ends the actors.</summary>
    [GlobalCleanup]
    public Task EndAsync() => _system.Terminate();

    /// <summary>A page of 128 events of the merged stream of 16 logs, from memory.</summary>
    [Benchmark(OperationsPerInvoke = Pages)]
    public async Task<int> MergeAsync()
    {
        var reader = new EventReader(_logs, EventCursor.Beginning, PageSize);
        var events = 0;
        while (events < Logs * EventsEach)
            events += (await reader.ReadAsync(CancellationToken.None)).Events.Count;
        return events;
    }

    /// <summary>A cursor of 16 logs moves on in one of them.</summary>
    [Benchmark]
    public object Move() => _cursor = Moved(_cursor, (int)(_moved % Logs), ++_moved);

    /// <summary>The same, and is written for a client, as it is with each event.</summary>
    [Benchmark]
    public string MoveAndWrite() => (_cursor = Moved(_cursor, (int)(_moved % Logs), ++_moved)).ToString();

    /// <summary>A client's cursor is read.</summary>
    [Benchmark]
    public bool Parse() => EventCursor.TryParse(_cursor.ToString(), out _);

    private static EventCursor Moved(EventCursor cursor, int log, long sequence) =>
        cursor.With(Hosts[log], new EventPosition(1_700_000_000_000, sequence));
}
