using System.Collections.Concurrent;
using System.Globalization;
using Akka.Actor;
using CsCheck;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Tests.FanOut;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Protocol.Commands;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.Controllers;

/// <summary>
/// A controller with an instance per VM, over any history: handlers that fail, a store that is slow or fails, pauses, and a node that is killed
/// between any two steps and loses what is not on disk. Its jobs are real, and so is their store's memory of keys.
/// </summary>
public sealed class ControllerHistoryModelTests : ControllerTest
{
    private const int Vms = 3;

    [Fact]
    public async Task Every_event_is_handled_in_order_and_its_command_sent_once() => await Gen.Int[0, int.MaxValue].SampleAsync(RunHistoryAsync, iter: 40, threads: 1);

    private async Task RunHistoryAsync(int seed)
    {
        using var history = new History(this, seed);
        await history.StartAsync();
        for (var step = 0; step < 40; step++)
            await history.StepAsync();
        await history.FinishAsync();
    }

    private sealed class Stub(Action<object, IActorRef> receive) : UntypedActor
    {
        protected override void OnReceive(object message) => receive(message, Sender);
    }

    private sealed class History(ControllerHistoryModelTests test, int seed) : IDisposable
    {
        private readonly Random _random = new(seed);
        private readonly FakeControllerStore _store = new();
        private readonly FakeJobStore _jobStore = new() { IsImmediate = true };
        private readonly ConcurrentDictionary<string, int> _sent = new();
        private readonly ConcurrentQueue<(int Life, string Vm, long Number)> _handled = new();
        private readonly ConcurrentDictionary<string, int> _failures = new();
        private readonly Dictionary<int, int> _happened = [];
        private readonly List<(string Vm, int Number)> _order = [("", 0)];
        private IActorRef _controllers = null!;
        private IActorRef _jobs = null!;
        private IActorRef _events = null!;
        private int _life;

        public void Dispose()
        {
            test.Sys.Stop(_controllers);
            test.Sys.Stop(_jobs);
            test.Sys.Stop(_events);
        }

        public async Task StartAsync()
        {
            _events = test.Sys.ActorOf(EventLog.PropsFor(new Actors.Events.Storage.MemoryEventStore(test.Time), new EventLogSettings { KeptInMemory = 8 }));
            Live();
            await Eventually.TrueAsync(() => _store["scripted"] is not null, Limit, "it has begun");
            _store.IsImmediate = false;
        }

        public async Task StepAsync()
        {
            switch (_random.Next(10))
            {
                case 0 or 1 or 2:
                    for (var count = _random.Next(1, 6); count > 0; count--)
                        Happen(1 + _random.Next(Vms));
                    break;
                case 3 or 4 when _store.Pending > 0:
                    _store.Commit();
                    break;
                case 5 when _store.Pending > 0 && _random.Next(3) == 0:
                    _store.Fail("no disk");
                    break;
                case 6 when _random.Next(2) == 0:
                    await KillAsync();
                    break;
                case 7:
                    _controllers.Tell(_random.Next(3) == 0 ? new ControllerCommands.Pause("scripted") : new ControllerCommands.Resume("scripted"), ActorRefs.NoSender);
                    break;
                default:
                    test.Advance(_random.Next(4) * 0.5);
                    break;
            }
            await SettleAsync(_events);
            await SettleAsync(_controllers);
            Check();
        }

        /// <summary>From here on nothing is in the way: all must be handled, and be kept so.</summary>
        public async Task FinishAsync()
        {
            _controllers.Tell(new ControllerCommands.Resume("scripted"), ActorRefs.NoSender);
            var total = _happened.Values.Sum();
            await test.AdvanceUntilAsync(Eventually.TrueAsync(IsKept, Limit, $"all of {total} events are kept as handled"), 1);
            Check();
            for (var vm = 1; vm <= Vms; vm++)
            {
                var numbers = Enumerable.Range(1, _happened.GetValueOrDefault(vm)).Select(number => (long)number).ToArray();
                // At least once: whatever was kept, each was handled in some life, and has one job.
                Assert.Equal(numbers, _handled.Where(call => call.Vm == Id(vm).ToString()).Select(call => call.Number).Distinct().Order());
                if (numbers.Length > 0)
                    Assert.Equal(numbers.Length.ToString(CultureInfo.InvariantCulture), _store["scripted"]!.Instances[Id(vm).ToString()].State["last"]);
            }
            Assert.Equal(total, _sent.Count);
            Assert.All(_sent, sent => Assert.InRange(sent.Value, 0, 1));
        }

        private bool IsKept()
        {
            while (_store.Pending > 0)
                _store.Commit();
            return _store["scripted"]!.Cursor["host1"].Sequence >= _happened.Values.Sum() && _store["scripted"]!.Instances.Count >= _happened.Count(item => item.Value > 0)
                && _happened.Where(item => item.Value > 0).All(item => _store["scripted"]!.Instances[Id(item.Key).ToString()].State.GetValueOrDefault("last") == item.Value.ToString(CultureInfo.InvariantCulture));
        }

        private void Happen(int vm)
        {
            var number = _happened[vm] = _happened.GetValueOrDefault(vm) + 1;
            _order.Add((Id(vm).ToString(), number));
            _events.Tell(test.Event($"E{number}", vm));
        }

        private void Live()
        {
            _life++;
            var entries = Enumerable.Range(1, Vms).Select(number => new InventoryEntry(Vm(number), test.TestActor)).ToArray();
            var inventory = test.Sys.ActorOf(Props.Create(() => new Stub((message, sender) => Select(message, sender, entries))));
            var router = test.Sys.ActorOf(Props.Create(() => new Stub((message, sender) => Dispatch(message, sender))));
            _jobs = test.Sys.ActorOf(JobSupervisor.PropsFor(new FanOutEnvironment(inventory, router, test.Time) { Store = _jobStore, ReadDocument = _ => Spec(entries[0]) }, new JobRetention()));
            var (script, environment) = (Script(_life), test.Environment() with { Inventory = inventory, Jobs = _jobs, Store = _store, Logs = EventLogs.Of("host1", _events, test.Time), WriteDocument = spec => System.Text.Encoding.UTF8.GetBytes(spec.Target.Text) });
            _controllers = test.Sys.ActorOf(ControllerSupervisor.PropsFor([Registration(script)], environment));
        }

        private Script Script(int life) => new()
        {
            Scope = ControllerScope.Vm,
            Quota = new ControllerQuota(CommandsPerMinute: 100_000, MaxConcurrent: 100),
            OnEvent = async (context, happened, token) =>
            {
                var number = long.Parse(happened.Name[1..], CultureInfo.InvariantCulture);
                var last = long.Parse(context.Get("last") ?? "0", CultureInfo.InvariantCulture);
                Assert.True(last == number - 1, $"{happened.Name} after {last}");
                _handled.Enqueue((life, context.Vm.ToString()!, number));
                context.Set("last", number.ToString(CultureInfo.InvariantCulture));
                await context.Commands(context.Vm!.Value).ExecuteAsync(EncodedCommand.ForGuest("guest-set-time"), token);
                var key = $"{context.Vm}/{number}";
                // Up to three failures in a row are borne; which events fail, and how often, is decided by their numbers alone.
                if (_failures.AddOrUpdate(key, 1, (_, count) => count + 1) <= (number * 7 % 5) - 2)
                    throw new InvalidOperationException("not yet");
            },
        };

        private static JobSpec Spec(InventoryEntry entry) => ControllerJobs.Command(ControllerJobs.Only(entry.Snapshot.Id!.Value), EncodedCommand.ForGuest("guest-set-time"));

        private static void Select(object message, IActorRef sender, InventoryEntry[] entries)
        {
            if (message is InventoryQueries.Select select)
                sender.Tell(new InventoryReplies.Selection([.. entries.Where(entry => select.Selector?.Matches(entry.Snapshot) != false)]));
        }

        /// <summary>In the place of the router: every command arrives, and succeeds.</summary>
        private void Dispatch(object message, IActorRef job)
        {
            if (message is not FanOutCommands.Dispatch dispatch)
                return;
            // One that was killed between its intent and its sending is only asked about: the job, not the controller, knows that.
            foreach (var target in dispatch.Targets)
                _sent.AddOrUpdate(dispatch.Plan.JobId, target.Reconciliation is null ? 1 : 0, (_, count) => count + (target.Reconciliation is null ? 1 : 0));
            job.Tell(new FanOutEvents.Outcomes(dispatch.Plan.JobId, [.. dispatch.Targets.Select(target => (target.Ordinal, FakeJobs.Succeeded("{}")))]));
        }

        private async Task KillAsync()
        {
            if (_store.Pending > 0 && _random.Next(2) == 0)
                _store.Commit(isTold: false);
            _store.Kill();
            await _controllers.GracefulStop(Limit);
            await _jobs.GracefulStop(Limit);
            // What they asked for before they ended: the dead ask for nothing.
            _store.Kill();
            _store.IsImmediate = false;
            Live();
        }

        /// <summary>In each life and VM the numbers only grow, but for a handler that is tried again; what is on disk fits together.</summary>
        private void Check()
        {
            foreach (var calls in _handled.GroupBy(call => (call.Life, call.Vm)))
                Assert.Equal(calls.Select(call => call.Number).Order(), calls.Select(call => call.Number));
            foreach (var (key, instance) in _store["scripted"]!.Instances)
            {
                var (vm, number) = _order[(int)instance.Mark.Cursor["host1"].Sequence];
                Assert.Equal((number == 0 ? "" : key, number), (vm, int.Parse(instance.State.GetValueOrDefault("last") ?? "0", CultureInfo.InvariantCulture)));
            }
        }
    }
}
