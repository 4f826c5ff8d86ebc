using System.Text;
using Akka.Actor;
using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.Events.Storage;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Events;

/// <summary>What a log answers to a reader on another node.</summary>
public sealed class RemotePageTests : ActorTest
{
    private const int MaxBytes = EventReader.RemotePageBytes;
    private readonly IActorRef _log;
    private EventPosition _begin;

    public RemotePageTests() => _log = Sys.ActorOf(EventLog.PropsFor(new MemoryEventStore(Time), new EventLogSettings { KeptInMemory = 8 }));

    [Fact]
    public async Task Pages_are_limited_by_bytes_and_together_have_everything()
    {
        Happen(20, new string('x', 10_000));
        var (after, seen) = (await BeginAsync(), new List<long>());
        for (var pages = 1; ; pages++)
        {
            var page = await ReadAsync(after);
            seen.AddRange(page.Events.Select(happened => happened.Sequence));
            Assert.InRange(WireFormats.ByType[typeof(EventReplies.Page)].Write(page).Length, 1, MaxBytes + 1_000);
            after = page.Next;
            if (!page.IsCaughtUp)
                continue;
            Assert.InRange(pages, 5, 7);
            break;
        }

        Assert.Equal(Enumerable.Range(1, 20).Select(number => (long)number), seen);
    }

    [Fact]
    public async Task Only_what_its_filter_lets_pass_crosses_and_its_place_moves_on_all_the_same()
    {
        Happen(3, "x");
        Happen(1, "x", "STOP");
        Happen(2, "x");
        var page = await ReadAsync(await BeginAsync(), new EventFilter { Types = ["STOP"] });

        Assert.Equal((4, 6, true), (Assert.Single(page.Events).Sequence, page.Next.Sequence, page.IsCaughtUp));
        Assert.Equal(6, (await AskAsync(new EventQueries.Read(_begin, 10, Wait: false, new EventFilter { Types = ["STOP"] }))).Events.Count);
    }

    [Theory]
    [InlineData(90_000, false)]
    [InlineData(100_000, true)]
    [InlineData(5_000_000, true)]
    public async Task A_large_event_comes_alone_and_beyond_the_limit_without_its_data(int size, bool isCut)
    {
        Happen(1, "x");
        Happen(1, new string('x', size));
        Happen(1, "x");
        var first = await ReadAsync(await BeginAsync());
        var second = isCut ? first : await ReadAsync(first.Next);

        var large = second.Events.Single(happened => happened.Sequence == 2);
        Assert.Equal(isCut ? $$"""{"cut":true,"bytes":{{size + 2}}}""" : $"\"{new string('x', size)}\"", Encoding.UTF8.GetString(large.Data.Span));
        Assert.Equal(isCut ? 3 : 1, second.Events.Count);
        Assert.InRange(WireFormats.ByType[typeof(EventReplies.Page)].Write(second).Length, 1, 101_000);
        Assert.Equal(3, (await AskAsync(new EventQueries.Read(_begin, 10, Wait: false))).Events.Count);
    }

    [Fact]
    public async Task A_vm_whose_labels_are_too_many_is_known_by_its_names()
    {
        var labels = Enumerable.Range(0, 20_000).ToDictionary(number => $"label{number}", _ => "x");
        _log.Tell(Event("x", "STOP") with { Seen = new VmSnapshot { Name = "v", Host = "h", Labels = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(labels) } });

        var happened = Assert.Single((await ReadAsync(await BeginAsync())).Events);

        Assert.Equal((null, "v"), (happened.Seen, happened.VmName));
    }

    [Fact]
    public async Task A_reader_that_is_patient_for_so_long_gets_an_empty_page_then()
    {
        var reading = _log.Ask<EventReplies.Page>(new EventQueries.Read(null, 10) { Patience = TimeSpan.FromSeconds(20), MaxBytes = MaxBytes }, Limit);
        var forEver = _log.Ask<EventReplies.Page>(new EventQueries.Read(null, 10), Limit);
        Advance(15);
        await SettleAsync(_log);
        Assert.False(reading.IsCompleted);

        for (var second = 0; second < 6; second++)
            Advance(1);

        var page = await InTime(reading);
        Assert.Equal((0, true), (page.Events.Count, page.IsCaughtUp));
        Assert.False(forEver.IsCompleted);
        Happen(1, "x");
        Assert.Single((await InTime(forEver)).Events);
    }

    private void Happen(int count, string data, string name = "OTHER")
    {
        for (var number = 0; number < count; number++)
            _log.Tell(Event(data, name));
    }

    private FleetEvent Event(string data, string name) => new() { Host = "h", VmName = "v", Name = name, Time = Time.GetUtcNow(), Provenance = Provenance.Host, Data = Encoding.ASCII.GetBytes($"\"{data}\"") };

    private async Task<EventPosition> BeginAsync()
    {
        await SettleAsync(_log);
        var end = (await _log.Ask<EventReplies.Found>(new EventQueries.Find(null), Limit)).Position;
        return _begin = end with { Sequence = 0 };
    }

    private Task<EventReplies.Page> ReadAsync(EventPosition after, EventFilter? filter = null) => AskAsync(new EventQueries.Read(after, 100, Wait: false, filter) { MaxBytes = MaxBytes });

    private Task<EventReplies.Page> AskAsync(EventQueries.Read read) => _log.Ask<EventReplies.Page>(read, Limit);
}
