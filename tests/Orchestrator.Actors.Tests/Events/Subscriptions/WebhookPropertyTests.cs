using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Akka.Actor;
using CsCheck;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.Events.Storage;
using Orchestrator.Actors.Events.Subscriptions;

namespace Orchestrator.Actors.Tests.Events.Subscriptions;

public sealed class WebhookPropertyTests : ActorTest
{
    private static readonly int?[] Answers = [200, 200, 200, 204, 302, 400, 404, 408, 410, 429, 500, 503, null];

    private static readonly Gen<Story> Stories = Gen.Select(
        Gen.Int[0, Answers.Length + 1].Array[0, 40],
        Gen.Int[0, 9].Array[1, 40],
        Gen.Int[1, 4],
        Gen.Int[1, 7],
        Gen.Int[0, 3],
        Gen.Int[0, 8],
        Gen.Int[0, 15].Array[0, 4],
        (answers, events, batch, page, retries, letters, broken) => new Story(answers, events, batch, page, retries, letters, broken));

    /// <summary>
    /// Whatever receivers answer, and wherever the node is killed or its disk fails: every event that fits is acknowledged or a dead letter, each VM's
    /// in order, and on disk the cursor is never behind one that is neither.
    /// </summary>
    [Fact]
    public async Task Every_event_is_delivered_or_a_dead_letter_in_order_and_the_cursor_passes_none() => await Stories.SampleAsync(PlayAsync, iter: 80, threads: 1);

    private async Task PlayAsync(Story story)
    {
        var world = new World(story);
        var log = Sys.ActorOf(EventLog.PropsFor(new MemoryEventStore(Time), new EventLogSettings { KeptInMemory = 16 }));
        foreach (var kind in story.Events)
            log.Tell(new FleetEvent { Host = "h", VmName = $"vm{kind % 3}", Name = World.IsWanted(kind) ? "STOP" : "NOISE", Time = Time.GetUtcNow(), Provenance = Provenance.Host });
        await world.Store.AddAsync(world.Subscription);
        var environment = world.Environment(log, Time);
        var supervisor = Sys.ActorOf(SubscriptionSupervisor.PropsFor(environment));

        var clock = TimeProvider.System;
        for (var start = clock.GetTimestamp(); !world.IsDone;)
        {
            Assert.True(clock.GetElapsedTime(start) < Limit, $"{world.Store[World.Id].Progress} after {world.Requests} requests: {story}");
            if (world.TakeKill())
            {
                Assert.True(await supervisor.GracefulStop(Limit));
                supervisor = Sys.ActorOf(SubscriptionSupervisor.PropsFor(environment));
            }
            if (world.Store[World.Id].Pause is not null)
                supervisor.Tell(new SubscriptionCommands.Resume(World.Id), ActorRefs.NoSender);
            Advance(20);
            await Task.Yield();
            await Task.Delay(TimeSpan.FromMilliseconds(1), clock);
        }
        Assert.True(await supervisor.GracefulStop(Limit));
        Assert.True(await log.GracefulStop(Limit));
        world.Check();
    }

    /// <param name="Answers">To each request: index of an answer; beyond them, the node is killed meanwhile, before or after the receiver has got it.</param>
    /// <param name="Events">By VM, and whether they fit.</param>
    /// <param name="Batch">Most of a request.</param>
    /// <param name="Page">Events of a page.</param>
    /// <param name="Retries">After the first attempt.</param>
    /// <param name="Letters">Most dead letters.</param>
    /// <param name="Broken">Which writes fail.</param>
    private sealed record Story(int[] Answers, int[] Events, int Batch, int Page, int Retries, int Letters, int[] Broken)
    {
        public override string ToString() => $"answers {string.Join(' ', Answers)}; events {string.Join(' ', Events)}; batch {Batch}, page {Page}, retries {Retries}, letters {Letters}, broken {string.Join(' ', Broken)}";
    }

    private sealed class World : IWebhookSender
    {
        public const string Id = "S";

        private readonly Story _story;
        private readonly ConcurrentDictionary<long, bool> _acknowledged = [];
        private readonly ConcurrentQueue<long> _sent = [];
        private readonly long[] _wanted;
        private int _requests;
        private int _saves;
        private volatile bool _isKilled;
        private volatile string? _broken;

        public World(Story story)
        {
            _story = story;
            _wanted = [.. story.Events.Select((kind, index) => (kind, index)).Where(item => IsWanted(item.kind)).Select(item => item.index + 1L)];
            Store.OnSave = OnSave;
        }

        public MemorySubscriptions Store { get; } = new();

        public int Requests => Volatile.Read(ref _requests);

        public bool IsDone => _wanted.All(IsSettled) && (_wanted.Length == 0 || Store[Id].Progress.Cursor["h"].Sequence >= _wanted[^1]);

        public Subscription Subscription => new()
        {
            Id = Id,
            CreatedAt = DateTimeOffset.UnixEpoch,
            Spec = new SubscriptionSpec
            {
                Url = new Uri("http://receiver/"),
                Filter = new EventFilter { Types = ["STOP"] },
                Mode = DeliveryMode.Batched,
                MaxBatch = _story.Batch,
                Retries = _story.Retries,
            },
            Secrets = new WebhookSecrets { Current = WebhookSecrets.Create() },
            Progress = new SubscriptionProgress(EventCursor.Beginning, 0, 0),
        };

        public static bool IsWanted(int kind) => kind < 7;

        public SubscriptionEnvironment Environment(IActorRef log, TimeProvider time) => new()
        {
            Store = Store,
            Sender = this,
            Logs = EventLogs.Of("h", log, time),
            Time = time,
            Chance = () => 0.5,
            PageSize = _story.Page,
            MaxDeadLetters = _story.Letters,
        };

        public bool TakeKill()
        {
            var killed = _isKilled;
            _isKilled = false;
            return killed;
        }

        public WebhookDocument Encode(FleetEvent happened, EventCursor after) => new(happened.Type, happened.VmName, Encoding.UTF8.GetBytes(happened.Sequence.ToString(CultureInfo.InvariantCulture)));

        public WebhookDocument Encode(string host, EventGap gap, EventCursor after) => new("gap", null, "0"u8.ToArray());

        public WebhookDocument Encode(StreamNotice notice, EventCursor after) => throw new NotSupportedException();

        public WebhookDocument EncodeTest(string subscriptionId, DateTimeOffset time) => throw new NotSupportedException();

        public Task<HandshakeAnswer> AskAsync(Uri url, TimeSpan timeout, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<WebhookAnswer> SendAsync(WebhookRequest request, CancellationToken cancellationToken)
        {
            var sequences = request.Documents.Select(SequenceOf).ToArray();
            foreach (var sequence in sequences)
                _sent.Enqueue(sequence);
            var number = Interlocked.Increment(ref _requests) - 1;
            var kind = number < _story.Answers.Length ? _story.Answers[number] : 0;
            int? status = kind < Answers.Length ? Answers[kind] : kind == Answers.Length ? 200 : null;
            if (status is >= 200 and < 300)
            {
                foreach (var sequence in sequences)
                    _acknowledged[sequence] = true;
            }
            if (kind < Answers.Length)
                return Task.FromResult(new WebhookAnswer(status, $"HTTP {status}", null, TimeSpan.Zero));
            var never = new TaskCompletionSource<WebhookAnswer>();
            cancellationToken.Register(() => never.TrySetCanceled(cancellationToken));
            _isKilled = true;
            return never.Task;
        }

        public void Check()
        {
            Assert.True(_broken is null, _broken);
            Assert.DoesNotContain(0, _sent);
            // What is sent again after a kill comes in its order again: the first time counts.
            Assert.Equal(_wanted, _sent.Distinct());
        }

        private static long SequenceOf(WebhookDocument document) => long.Parse(Encoding.UTF8.GetString(document.Json.Span), CultureInfo.InvariantCulture);

        private bool IsSettled(long sequence) => _acknowledged.ContainsKey(sequence) || Store.Letters.Any(letter => SequenceOf(letter.Document) == sequence);

        private void OnSave(SubscriptionChange change)
        {
            if (_story.Broken.Contains(_saves++))
                throw new SubscriptionStoreException("the disk is full");
            var added = change.Added.Select(letter => SequenceOf(letter.Document)).ToArray();
            var passed = _wanted.Where(sequence => sequence <= change.Progress.Cursor["h"].Sequence && !IsSettled(sequence) && !added.Contains(sequence)).ToArray();
            if (passed.Length > 0)
                _broken ??= $"the cursor passed {string.Join(", ", passed)}: {_story}";
            if (Store.Letters.Length + added.Length > _story.Letters)
                _broken ??= $"too many dead letters: {_story}";
        }
    }
}
