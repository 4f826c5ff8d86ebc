using System.Collections.Concurrent;
using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Actors.Tests.Vms;

public sealed class VmActorPropertyTests : VmActorTest
{
    private const int Steps = 200;

    private static readonly string[] Commands =
        ["guest-ping", "guest-get-time", "guest-get-users", "guest-shutdown", "guest-set-time", "guest-exec", "guest-fsfreeze-status", "query-block", "device_add", "quit"];

    private readonly ConcurrentDictionary<Invocation, int> _ends = [];
    private readonly List<Invocation> _invocations = [];
    private volatile TaskCompletionSource _ended = new();

    /// <summary>
    /// Whatever QEMU, the guest, the callers and the clock do, in whatever order: every invocation ends, and ends once. The seed decides what
    /// happens in which order, not how the threads interleave.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Every_invocation_ends_exactly_once(int seed)
    {
        var random = new Random(seed);
        var peers = new Random(-seed);
        var router = Sys.ActorOf(Props.Create(() => new Counter(this)));
        await StartReadyAsync();
        Fake.Chance = command => Choose(peers, command);

        for (var step = 0; step < Steps; step++)
            await StepAsync(random, router);
        Fake.Chance = null;
        await AdvanceUntilAsync(AllEndedAsync(), step: 0.5);
        Watch(Vm);
        Sys.Stop(Vm);
        await ExpectTerminatedAsync(Vm);
        await SettleAsync(router);

        Assert.Equal(_invocations.Count, _ends.Count);
        Assert.All(_ends.Values, count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task A_VM_stopped_in_the_middle_ends_everything_too()
    {
        var random = new Random(99);
        var router = Sys.ActorOf(Props.Create(() => new Counter(this)));
        await StartReadyAsync();
        Fake.Chance = command => Choose(random, command);
        for (var step = 0; step < Steps; step++)
            await StepAsync(random, router);
        await SettleAsync(Vm);

        Watch(Vm);
        Sys.Stop(Vm);
        await ExpectTerminatedAsync(Vm);
        await SettleAsync(router);

        Assert.Equal(_invocations.Count, _ends.Count);
        Assert.All(_ends.Values, count => Assert.Equal(1, count));
    }

    private async Task StepAsync(Random random, IActorRef router)
    {
        switch (random.Next(12))
        {
            case < 5:
                Begin(random, router);
                break;
            case 5 when _invocations.Count > 0:
                Vm.Tell(new VmCommands.CancelInvocation(_invocations[random.Next(_invocations.Count)]));
                break;
            case 6:
                Fake.Agent.Cut();
                break;
            case 7 when random.Next(3) == 0:
                Fake.Qmp.Cut();
                break;
            case 8 or 9:
                await HappenAsync(random);
                break;
            default:
                Advance(random.NextDouble());
                break;
        }
        if (random.Next(2) == 0)
            await SettleVmAsync();
    }

    private void Begin(Random random, IActorRef router)
    {
        var name = Commands[random.Next(Commands.Length)];
        var command = name.StartsWith("guest-", StringComparison.Ordinal)
            ? Guest(name, name == "guest-exec" ? """{"path":"/bin/true"}""" : "{}")
            : Protocol.Commands.EncodedCommand.ForQmp(name);
        var route = name == "guest-exec" ? CommandRoute.Run : command.FromGuest ? CommandRoute.Guest : CommandRoute.Qmp;
        var plan = new JobPlan("job", route, command, Deadline.After(TimeSpan.FromSeconds(0.05 + (random.NextDouble() * 5)), Time));
        var invocation = new Invocation(plan, _invocations.Count, Vm, router);
        _invocations.Add(invocation);
        Vm.Tell(invocation);
    }

    private async Task HappenAsync(Random random)
    {
        (string Name, string? Data)[] events =
        [
            ("STOP", null),
            ("RESUME", null),
            ("SHUTDOWN", """{"guest": true, "reason": "guest-shutdown"}"""),
            ("RESET", """{"guest": true, "reason": "guest-reset"}"""),
            ("SUSPEND", null),
            ("VSERPORT_CHANGE", """{"open": true, "id": "port7"}"""),
            ("VSERPORT_CHANGE", """{"open": false, "id": "port7"}"""),
        ];
        var (name, data) = events[random.Next(events.Length)];
        try
        {
            await Qmp.Peer.EventAsync(name, data);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Cut before: the next connection, once there is one.
            if (Fake.Qmp.TryAccept() is { } next)
                Qmp = next;
        }
    }

    /// <summary>Mostly the right answer; sometimes silence, an error, or something that is none.</summary>
    private string? Choose(Random random, FakeCommand command)
    {
        int choice;
        lock (random)
            choice = random.Next(10);
        return choice switch
        {
            < 6 => Fake.AnswerTo(command) ?? Default(command.Name),
            6 => null,
            7 => "!CommandNotFound",
            8 => "!GenericError",
            _ => "\"not what was asked for\"",
        };
    }

    private static string Default(string name) => name switch
    {
        "guest-exec" => """{"pid": 5}""",
        "guest-exec-status" => """{"exited": true, "exitcode": 0}""",
        "guest-get-time" => "1",
        "guest-fsfreeze-status" => "\"frozen\"",
        _ => "{}",
    };

    private async Task<bool> AllEndedAsync()
    {
        while (_ends.Count < _invocations.Count)
        {
            var ended = _ended.Task;
            if (_ends.Count < _invocations.Count)
                await ended;
        }
        return true;
    }

    private sealed class Counter(VmActorPropertyTests test) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is not FanOutEvents.InvocationEnded ended)
                return;
            test._ends.AddOrUpdate(ended.Invocation, 1, (_, count) => count + 1);
            var told = test._ended;
            test._ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            told.TrySetResult();
        }
    }
}
