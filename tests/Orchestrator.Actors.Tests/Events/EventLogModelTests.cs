using Akka.Actor;
using CsCheck;
using Orchestrator.Actors.Events;

namespace Orchestrator.Actors.Tests.Events;

/// <summary>
/// A log over any history: events, a disk that is slow, refuses or forgets, kills at any moment, and readers at their own pace. Whatever happens, a
/// reader gets the events of an epoch in order and once, and what it does not get is announced.
/// </summary>
public sealed class EventLogModelTests : ActorTest
{
    [Fact]
    public async Task Readers_see_everything_in_order_or_are_told_what_they_miss() => await Gen.Int[0, int.MaxValue].SampleAsync(RunAsync, iter: 150, threads: 1);

    private async Task RunAsync(int seed)
    {
        var history = new History(this, seed);
        for (var step = 0; step < 60; step++)
            await history.StepAsync();
        await history.FinishAsync();
    }

    private sealed class Reader
    {
        public EventPosition? At { get; set; } = EventPosition.Beginning;

        public List<(long Epoch, long Sequence, string Name)> Seen { get; } = [];

        public List<EventGap> Gaps { get; } = [];
    }

    private sealed class History(EventLogModelTests test, int seed)
    {
        private readonly Random _random = new(seed);
        private readonly FakeEventStore _store = new() { IsImmediate = false };
        private readonly Reader[] _readers = [new(), new(), new()];
        private readonly EventLogSettings _settings = new() { KeptInMemory = 5, MaxUnwritten = 8, MaxBatch = 3 };
        private IActorRef? _log;
        private int _published;

        public async Task StepAsync()
        {
            _log ??= Start();
            switch (_random.Next(12))
            {
                case < 4:
                    for (var count = _random.Next(4); count >= 0; count--)
                        Publish();
                    break;
                case < 7 when _store.Pending > 0:
                    _store.Commit();
                    break;
                case 7 when _store.Pending > 0 && _random.Next(3) == 0:
                    _store.Fail("the disk is full");
                    break;
                case 8 when _random.Next(4) == 0:
                    await KillAsync();
                    break;
                case 9 when _store.Kept.Count > 6 && _random.Next(3) == 0:
                    _store.TrimTo = _store.Kept[_random.Next(_store.Kept.Count)].Sequence;
                    test.Advance(60);
                    break;
                case 10:
                    test.Advance(_random.Next(3) * 20);
                    break;
                default:
                    await ReadAsync(_readers[_random.Next(_readers.Length)]);
                    break;
            }
            if (_log is not null)
                await SettleAsync(_log);
        }

        /// <summary>The disk works again; whoever reads on comes to the end, and has what is on it.</summary>
        public async Task FinishAsync()
        {
            _log ??= Start();
            Publish();
            for (var round = 0; _store.Pending > 0 || _store.Kept.All(happened => happened.Name != "E" + _published); round++)
            {
                Assert.True(round < 100, $"the log does not write what it has: {_published} published, kept {string.Join(" ", _store.Kept.Select(kept => kept.Name + "@" + kept.Sequence))}, pending {_store.Pending}, trim {_store.TrimTo}");
                while (_store.Pending > 0)
                    _store.Commit();
                test.Advance(30);
                await SettleAsync(_log);
                await SettleAsync(_log);
            }
            foreach (var reader in _readers)
            {
                while (!await ReadAsync(reader))
                {
                }
                Check(reader);
            }
            test.Sys.Stop(_log);
        }

        private void Check(Reader reader)
        {
            Assert.Equal(reader.Seen.Select(seen => (seen.Epoch, seen.Sequence)).Distinct().Order(), reader.Seen.Select(seen => (seen.Epoch, seen.Sequence)));
            foreach (var (before, after) in reader.Seen.Zip(reader.Seen.Skip(1)))
            {
                Assert.True(
                    after.Sequence == before.Sequence + 1 || reader.Gaps.Any(gap => gap.To >= after.Sequence - 1 || gap.Cause == EventGapCause.Cut),
                    $"from {before} to {after} without a word: {string.Join(", ", reader.Gaps)}");
            }
            var told = reader.Seen.ToLookup(seen => seen.Name);
            Assert.All(_store.Kept, kept => Assert.True(told[kept.Name].Any() || reader.Gaps.Any(gap => gap.To >= kept.Sequence), $"{kept.Sequence} was never told"));
        }

        /// <returns>Whether there was nothing more.</returns>
        private async Task<bool> ReadAsync(Reader reader)
        {
            var answer = await _log!.Ask<object>(new EventQueries.Read(reader.At, 1 + _random.Next(4), Wait: false), Limit);
            var page = Assert.IsType<EventReplies.Page>(answer);
            if (page.Gap is { } gap)
                reader.Gaps.Add(gap);
            reader.Seen.AddRange(page.Events.Select(happened => (happened.Epoch, happened.Sequence, happened.Name)));
            reader.At = page.Next;
            return page is { Events.Count: 0, Gap: null, IsCaughtUp: true };
        }

        private async Task KillAsync()
        {
            if (_store.Pending > 0 && _random.Next(2) == 0)
                _store.Commit(isTold: false);
            await _log!.GracefulStop(Limit);
            _store.Restart();
            _log = null;
        }

        private IActorRef Start() => test.Sys.ActorOf(EventLog.PropsFor(_store, _settings));

        private void Publish() => _log!.Tell(new FleetEvent { Host = "h", VmName = "v", Name = "E" + ++_published, Time = test.Time.GetUtcNow(), Provenance = Provenance.Host });
    }
}
