using System.Collections.Frozen;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Storage;
using Orchestrator.Actors.Vms;
using Orchestrator.Host.Storage;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Storage;

public sealed class SqliteEventStoreTests : IDisposable
{
    private static readonly FrozenDictionary<string, string> Labels = new Dictionary<string, string> { ["tier"] = "front" }.ToFrozenDictionary();
    private static readonly FrozenDictionary<string, string> Facts = new Dictionary<string, string> { ["os.id"] = "debian" }.ToFrozenDictionary();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-events-");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private string File => Path.Combine(_directory.FullName, "events.db");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task What_was_appended_is_read_with_all_that_selectors_look_at()
    {
        await using var log = await OpenAsync();
        var seen = new VmSnapshot { Id = new VmId(Guid.NewGuid()), Name = "web1", Host = "host1", Labels = Labels, Facts = Facts, State = VmState.Paused, Agent = AgentState.Ready, Incarnation = 3 };
        var claim = new FleetEvent
        {
            Sequence = 1,
            Host = "host1",
            Vm = seen.Id,
            VmName = "web1",
            Name = "GUEST_CLAIM",
            Data = Encoding.UTF8.GetBytes("""{"a":1}"""),
            Time = new DateTimeOffset(2026, 1, 1, 0, 0, 0, 123, 456, TimeSpan.Zero),
            Provenance = Provenance.Guest,
            Incarnation = 3,
            Session = 1_800_000_000_000,
            Seen = seen,
        };

        await log.AppendAsync([claim, Event(2)]);

        var read = await log.ReadAsync(0, 10);
        Assert.Equal(Encoding.UTF8.GetString(claim.Data.Span), Encoding.UTF8.GetString(read[0].Data.Span));
        Assert.Equal(Labels, read[0].Seen!.Labels);
        Assert.Equal(Facts, read[0].Seen!.Facts);
        Assert.Equal((seen.State, seen.Agent, 3, seen.Id), (read[0].Seen!.State, read[0].Seen!.Agent, read[0].Seen!.Incarnation, read[0].Seen!.Id));
        Assert.Equal(claim with { Data = default, Seen = null }, read[0] with { Data = default, Seen = null });
        Assert.Equal(("vm2", null), (read[1].VmName, read[1].Vm));
        Assert.Equal(2, Assert.Single(await log.ReadAsync(1, 10)).Sequence);
        Assert.Equal(1, Assert.Single(await log.ReadAsync(0, 1)).Sequence);
        Assert.Equal((1L, 2L), (log.Extent.First, log.Extent.Last));
    }

    [Fact]
    public async Task A_vm_that_stays_as_it_is_costs_one_row_and_one_that_changes_another()
    {
        await using (var log = await OpenAsync())
        {
            var seen = new VmSnapshot { Name = "web1", Host = "host1", Labels = Labels };
            await log.AppendAsync([.. Enumerable.Range(1, 100).Select(sequence => Event(sequence, seen with { State = sequence % 2 == 0 ? VmState.Paused : VmState.Running }))]);
            await log.AppendAsync([Event(101, seen with { Facts = Facts }), Event(102, seen)]);
            Assert.Equal([0, 1, 0], (await log.ReadAsync(99, 3)).Select(happened => happened.Seen!.Facts.Count));
        }

        await using var database = await SqliteDatabase.OpenAsync(File, EventLogSchema.Migrations);
        Assert.Equal(2L, await database.ReadAsync(session => session.Scalar("SELECT count(*) FROM vm")));
    }

    [Fact]
    public async Task A_log_that_was_closed_goes_on_in_its_epoch_and_one_that_was_not_begins_another()
    {
        EventLogExtent first;
        await using (var log = await OpenAsync())
        {
            await log.AppendAsync([Event(1), Event(2)]);
            first = log.Extent;
        }
        _time.Advance(TimeSpan.FromHours(1));
        await using (var log = await OpenAsync())
        {
            Assert.Equal(first.Epochs, log.Extent.Epochs);
            Assert.Equal((1L, 2L), (log.Extent.First, log.Extent.Last));
            await log.AppendAsync([Event(3)]);
            System.IO.File.Copy(File, File + ".killed");
            System.IO.File.Copy(File + "-wal", File + ".killed-wal");
        }

        await using var again = await SqliteEventStore.OpenAsync(File + ".killed", _time);

        Assert.Equal([first.Epochs[0], new EventEpoch(_time.GetUtcNow().ToUnixTimeMilliseconds(), 4)], again.Extent.Epochs);
        Assert.Equal((1L, 3L), (again.Extent.First, again.Extent.Last));
    }

    [Fact]
    public async Task An_epoch_is_later_than_the_one_before_whatever_the_clock_says()
    {
        await using var log = await OpenAsync();
        System.IO.File.Copy(File, File + ".killed");
        System.IO.File.Copy(File + "-wal", File + ".killed-wal");

        await using var again = await SqliteEventStore.OpenAsync(File + ".killed", new FakeTimeProvider(DateTimeOffset.UnixEpoch));

        Assert.Equal(log.Extent.Epochs[0].Id + 1, again.Extent.Epochs[1].Id);
    }

    [Fact]
    public async Task Events_that_are_too_old_are_forgotten_and_their_numbers_are_not_given_again()
    {
        await using (var log = await OpenAsync())
        {
            await log.AppendAsync([Event(1), Event(2)]);
            _time.Advance(TimeSpan.FromDays(2));
            await log.AppendAsync([Event(3)]);

            Assert.Equal(3, await log.TrimAsync(EventRetention.Default with { MaxAge = TimeSpan.FromDays(1) }));
            Assert.Equal([3L], (await log.ReadAsync(0, 10)).Select(happened => happened.Sequence));
            _time.Advance(TimeSpan.FromDays(2));
            Assert.Equal(4, await log.TrimAsync(EventRetention.Default with { MaxAge = TimeSpan.FromDays(1) }));
        }

        await using var again = await OpenAsync();
        Assert.Equal((4L, 3L), (again.Extent.First, again.Extent.Last));
    }

    [Fact]
    public async Task A_log_that_is_too_large_loses_its_oldest_and_stays_within_its_size()
    {
        await using var log = await OpenAsync();
        for (var batch = 0; batch < 50; batch++)
            await log.AppendAsync([.. Enumerable.Range(1, 1000).Select(number => Event(batch * 1000 + number) with { Data = new byte[100] })]);

        var first = await log.TrimAsync(EventRetention.Default with { MaxBytes = 1 << 20 });

        Assert.InRange(first, 30_000, 49_000);
        Assert.Equal(first, (await log.ReadAsync(0, 1))[0].Sequence);
        Assert.Equal(first, await log.TrimAsync(EventRetention.Default with { MaxBytes = 1 << 20 }));
    }

    [Theory]
    [InlineData(-10, 0)]
    [InlineData(0, 0)]
    [InlineData(5, 10)]
    [InlineData(10, 10)]
    [InlineData(11, 20)]
    [InlineData(100, 30)]
    public async Task A_time_is_found_by_when_events_were_logged(int seconds, long last)
    {
        await using var log = await OpenAsync();
        var start = _time.GetUtcNow();
        for (var batch = 0; batch < 3; batch++)
        {
            await log.AppendAsync([.. Enumerable.Range(1, 10).Select(number => Event(batch * 10 + number))]);
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(last, await log.FindAsync(start.AddSeconds(seconds)));
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public async Task A_log_that_was_closed_with_events_that_it_could_not_take_begins_another_epoch(bool isTakenLater, int epochs)
    {
        await using (var log = await OpenAsync())
        {
            await log.AppendAsync([Event(1)]);
            await Assert.ThrowsAsync<EventStoreException>(() => log.AppendAsync([Event(1)]));
            if (isTakenLater)
                await log.AppendAsync([Event(2)]);
        }
        _time.Advance(TimeSpan.FromSeconds(1));

        await using var again = await OpenAsync();

        Assert.Equal(epochs, again.Extent.Epochs.Count);
    }

    [Fact]
    public async Task An_append_is_all_or_nothing_and_the_next_one_works()
    {
        await using var log = await OpenAsync();
        await log.AppendAsync([Event(1)]);

        await Assert.ThrowsAsync<EventStoreException>(() => log.AppendAsync([Event(2), Event(1)]));

        await log.AppendAsync([Event(2), Event(3)]);
        Assert.Equal([1L, 2L, 3L], (await log.ReadAsync(0, 10)).Select(happened => happened.Sequence));
    }

    [Fact]
    public async Task Events_that_are_on_disk_are_not_kept_in_memory()
    {
        await using var log = await OpenAsync();
        var kept = new List<WeakReference>();
        for (var sequence = 1; sequence <= 20; sequence++)
            kept.Add(await AppendAsync(log, sequence));
        // The thread that writes may still hold what it wrote last.
        await log.AppendAsync([Event(21)]);

        await Eventually.TrueAsync(() => CollectedBut(kept) <= 1, TimeSpan.FromSeconds(30), "the events are collected");

        static int CollectedBut(List<WeakReference> kept)
        {
            GC.Collect();
            return kept.Count(happened => happened.IsAlive);
        }

        static async Task<WeakReference> AppendAsync(SqliteEventStore log, long sequence)
        {
            var happened = Event(sequence) with { Data = new byte[100_000] };
            await log.AppendAsync([happened]);
            return new WeakReference(happened);
        }
    }

    private Task<SqliteEventStore> OpenAsync() => SqliteEventStore.OpenAsync(File, _time);

    private static FleetEvent Event(long sequence, VmSnapshot? seen = null) => new()
    {
        Sequence = sequence,
        Host = "host1",
        VmName = seen?.Name ?? "vm" + sequence % 100,
        Name = "STOP",
        Time = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
        Provenance = Provenance.Host,
        Seen = seen,
    };
}
