using System.Collections.Concurrent;
using Akka.Actor;
using CsCheck;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Tests.FanOut.Selectors;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.FanOut;

/// <summary>
/// A job of a command that must not run twice, over any history: outcomes, signs, pauses, a cancellation, and a node that is killed between any two
/// steps and loses all that it was not told to be on disk.
/// </summary>
public sealed class JobHistoryModelTests : ActorTest
{
    [Fact]
    public async Task Every_target_has_one_end_and_nothing_is_sent_twice() => await Gen.Int[0, int.MaxValue].SampleAsync(RunAsync, iter: 120, threads: 1);

    /// <summary>The seeds of histories that once went wrong.</summary>
    /// <param name="seed">Both: cancelled between the intent of a second attempt and its sending, then killed.</param>
    [Theory]
    [InlineData(1513212397)]
    [InlineData(661340094)]
    public Task Histories_that_once_went_wrong(int seed) => RunAsync(seed);

    private async Task RunAsync(int seed)
    {
        var history = new History(this, seed);
        await history.StartAsync();
        for (var step = 0; step < 50; step++)
            await history.StepAsync();
        await history.FinishAsync();
    }

    private sealed class Stub(Action<object, IActorRef> receive) : UntypedActor
    {
        protected override void OnReceive(object message) => receive(message, Sender);
    }

    private sealed class History(JobHistoryModelTests test, int seed)
    {
        private readonly Random _random = new(seed);
        private readonly FakeJobStore _store = new();
        private readonly ConcurrentQueue<FanOutCommands.Dispatch> _arriving = new();
        private readonly Dictionary<int, FanOutCommands.Dispatch> _underWay = [];
        private readonly Dictionary<int, Effect?> _sent = [];
        private readonly Dictionary<int, Phase> _seen = [];
        private readonly List<Task<object>> _cancelling = [];
        private IActorRef _inventory = null!;
        private IActorRef _router = null!;
        private IActorRef _jobs = null!;
        private string _id = "";
        private int _targets;
        private int _lives;

        public async Task StartAsync()
        {
            _targets = 1 + _random.Next(12);
            var entries = Enumerable.Range(0, _targets).Select(number => new InventoryEntry(Sample.Vm("vm" + number) with { Id = new VmId(new Guid(number + 1, 0, 0, new byte[8])) }, test.TestActor)).ToArray();
            _inventory = test.Sys.ActorOf(Props.Create(() => new Stub((message, sender) => Answer(message, sender, entries))));
            _router = test.Sys.ActorOf(Props.Create(() => new Stub((message, _) => Arrive(message))));
            Live();
            var accepted = _jobs.Ask<object>(new JobCommands.Submit(Spec()), Limit);
            await Eventually.TrueAsync(() => _store.Pending > 0, Limit, "the job is to be kept");
            Assert.False(accepted.IsCompleted, "accepted before it is on disk");
            Assert.Empty(_arriving);
            _store.Commit();
            _id = Assert.IsType<JobReplies.Accepted>(await accepted).Job.Id;
            await CheckAsync();
        }

        public async Task StepAsync()
        {
            switch (_random.Next(12))
            {
                case 0 or 1 or 2 or 3 when _store.Pending > 0:
                    _store.Commit();
                    break;
                case 4 or 5 or 6 when _underWay.Count > 0:
                    End(_underWay.Keys.ElementAt(_random.Next(_underWay.Count)));
                    break;
                case 7 when _underWay.Count > 0:
                    Progress(_underWay.Keys.ElementAt(_random.Next(_underWay.Count)));
                    break;
                case 8:
                    _jobs.Tell(_random.Next(3) == 0 ? new JobCommands.Pause(_id) : new JobCommands.Resume(_id), ActorRefs.NoSender);
                    break;
                case 9 when _random.Next(8) == 0:
                    _cancelling.Add(_jobs.Ask<object>(new JobCommands.Cancel(_id), Limit));
                    break;
                case 10 when _random.Next(3) == 0:
                    await KillAsync();
                    break;
                default:
                    test.Advance(_random.Next(3) * 0.3);
                    break;
            }
            await CheckAsync();
        }

        /// <summary>From here on nothing is in the way: the job must come to its end.</summary>
        public async Task FinishAsync()
        {
            _jobs.Tell(new JobCommands.Resume(_id), ActorRefs.NoSender);
            for (var round = 0; _store.Job(_id) is not { Header.HasEnded: true }; round++)
            {
                Assert.True(round < 300, $"the job does not end: {_store.Job(_id)!.Header.Phase}, {_underWay.Count} under way");
                await SettleAsync();
                while (_store.Pending > 0)
                {
                    _store.Commit();
                    await SettleAsync();
                }
                await CheckAsync();
                foreach (var ordinal in _underWay.Keys.ToArray())
                    End(ordinal);
                test.Advance(0.3);
            }
            var stored = _store.Job(_id)!;
            Assert.Equal(Enumerable.Range(0, _targets), stored.Outcomes.Select(item => item.Ordinal).Order());
            Assert.Equal(_targets, stored.Header.Counts.Values.Sum());
            Assert.All(_seen, seen => Assert.Equal(seen.Value, stored.Outcomes.Single(item => item.Ordinal == seen.Key).Outcome.Phase));
            test.Sys.Stop(_jobs);
        }

        private static void Answer(object message, IActorRef sender, InventoryEntry[] entries)
        {
            if (message is InventoryQueries.Select)
                sender.Tell(new InventoryReplies.Selection(entries));
        }

        private void Arrive(object message)
        {
            if (message is FanOutCommands.Dispatch dispatch)
                _arriving.Enqueue(dispatch);
        }

        private static JobSpec Spec() => new()
        {
            Target = Sample.Parse("vm*"),
            Route = CommandRoute.Run,
            Command = GuestProgram.Of(new ExecSpec { Argv = ["true"] }).Start,
            Timeout = TimeSpan.FromHours(1),
            Attempts = 3,
            Pace = new JobPace { MaxConcurrency = new Amount(4, false) },
            Document = new byte[] { 1 },
        };

        private void Live()
        {
            _lives++;
            _jobs = test.Sys.ActorOf(JobSupervisor.PropsFor(new FanOutEnvironment(_inventory, _router, test.Time) { Store = _store, WritePause = TimeSpan.FromMilliseconds(200), ReadDocument = _ => Spec() }, new JobRetention()));
        }

        private async Task KillAsync()
        {
            if (_store.Pending > 0 && _random.Next(2) == 0)
                _store.Commit(isTold: false);
            _store.Kill();
            _underWay.Clear();
            _cancelling.Clear();
            await _jobs.GracefulStop(Limit);
            _arriving.Clear();
            Live();
        }

        private void End(int ordinal)
        {
            var dispatch = _underWay[ordinal];
            _underWay.Remove(ordinal);
            var asked = dispatch.Targets.Single(target => target.Ordinal == ordinal).Reconciliation is not null;
            var (phase, effect) = asked
                ? (Phase.Unknown, Effect.Unknown)
                : _random.Next(5) switch
                {
                    0 => (Phase.Undelivered, Effect.None),
                    1 => (Phase.Unknown, Effect.Unknown),
                    2 => (Phase.Failed, Effect.Applied),
                    _ => (Phase.Succeeded, Effect.Applied),
                };
            _sent[ordinal] = effect;
            Job.Tell(new FanOutEvents.Outcomes(_id, [(ordinal, new Outcome { Name = "vm" + ordinal, Host = "host", Phase = phase, Effect = effect })]));
        }

        private void Progress(int ordinal) => Job.Tell(new FanOutEvents.Progressed(
            _id, [(ordinal, _random.Next(2) == 0 ? new InvocationProgress(PendingPhase.Blocked, Reasons.VmPaused) : new InvocationProgress(PendingPhase.Running, null, new ExecEvidence(ordinal + 100, null)))]));

        private ActorSelection Job => test.Sys.ActorSelection(_jobs.Path / _id);

        private async Task SettleAsync()
        {
            for (var round = 0; round < 3; round++)
            {
                await ActorTest.SettleAsync(_jobs);
                await ActorTest.SettleAsync(_inventory);
                if (_id.Length > 0)
                    await Job.Ask<ActorIdentity>(new Identify(null), Limit);
                await ActorTest.SettleAsync(_router);
            }
        }

        private async Task CheckAsync()
        {
            await SettleAsync();
            var isCancelled = _cancelling.Any(answer => answer.IsCompletedSuccessfully);
            var intents = _store.Job(_id)!.Dispatched;
            while (_arriving.TryDequeue(out var dispatch))
            {
                foreach (var target in dispatch.Targets)
                {
                    _underWay.Add(target.Ordinal, dispatch);
                    if (target.Reconciliation is not null)
                    {
                        Assert.True(_lives > 1 && _sent.ContainsKey(target.Ordinal) || intents.ContainsKey(target.Ordinal));
                        continue;
                    }
                    Assert.True(intents.ContainsKey(target.Ordinal), "sent before its intent is on disk");
                    Assert.False(isCancelled, "sent after its cancellation was promised");
                    Assert.True(!_sent.TryGetValue(target.Ordinal, out var effect) || effect == Effect.None, "sent twice");
                    _sent[target.Ordinal] = null;
                }
            }
            if (await _jobs.Ask<object>(new JobQueries.Inspect(_id, 0, 100), Limit) is not JobReplies.Invocations shown)
                return;
            foreach (var (ordinal, outcome) in shown.Items.Where(item => item.Outcome is not null).Select(item => (item.Ordinal, item.Outcome!)))
            {
                Assert.Contains(_store.Job(_id)!.Outcomes, item => item.Ordinal == ordinal && item.Outcome.Phase == outcome.Phase);
                Assert.Equal(outcome.Phase, _seen.TryGetValue(ordinal, out var before) ? before : _seen[ordinal] = outcome.Phase);
            }
        }
    }
}
