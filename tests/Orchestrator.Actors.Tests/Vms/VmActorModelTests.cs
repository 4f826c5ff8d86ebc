using System.Collections.Concurrent;
using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Actors.Tests.Vms;

/// <summary>
/// A model of a guest beside the VM's actor, over seeded interleavings of answers, silence, deadlines, cancellations, cuts and restarts: what the
/// actor says of each program is held against what the guest knows.
/// </summary>
public sealed class VmActorModelTests : VmActorTest
{
    private const int Steps = 150;

    private readonly ConcurrentDictionary<Invocation, ConcurrentQueue<Outcome>> _ends = [];
    private readonly ConcurrentDictionary<string, int> _written = [];
    private readonly ConcurrentDictionary<string, bool> _mayHaveRun = [];
    private readonly ConcurrentDictionary<long, int> _pids = [];
    private readonly List<(string Path, Invocation Invocation)> _programs = [];
    private int _lastPid;
    private int _agentPid = 100;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public async Task Every_program_ends_once_is_started_at_most_once_and_is_told_truly(int seed)
    {
        var (random, guest) = (new Random(seed), new Random(-seed));
        var router = Sys.ActorOf(Props.Create(() => new Recorder(_ends)));
        Fake.TellsProcess(_agentPid);
        await StartReadyAsync();
        Fake.Chance = command => Answer(guest, command);

        for (var step = 0; step < Steps; step++)
            await StepAsync(random, router);
        for (var silence = 0; silence < 400 && _ends.Count < _programs.Count; silence++)
        {
            Advance(0.5);
            await SettleVmAsync();
            await SettleAsync(router);
        }
        Sys.Stop(Watch(Vm));
        await ExpectTerminatedAsync(Vm);
        await SettleAsync(router);

        Assert.Equal(_programs.Count, _ends.Count);
        Assert.All(_programs, program => AssertTrue(program.Path, Assert.Single(_ends[program.Invocation])));
    }

    private void AssertTrue(string path, Outcome outcome)
    {
        var (written, mayHaveRun) = (_written.GetValueOrDefault(path), _mayHaveRun.GetValueOrDefault(path));
        Assert.InRange(written, 0, 1);
        if (outcome.Effect == Effect.None)
            Assert.False(mayHaveRun, $"{path} may have run, and is said to have had no effect: {outcome}");
        if (outcome.Effect == Effect.Applied)
            Assert.True(mayHaveRun, $"{path} never was at the guest, and is said to have run: {outcome}");
        if (outcome.Phase is Phase.Undelivered or Phase.Cancelled or Phase.Skipped)
            Assert.Equal(Effect.None, outcome.Effect);
    }

    private async Task StepAsync(Random random, IActorRef router)
    {
        switch (random.Next(14))
        {
            case < 5:
                Begin(random, router);
                break;
            case 5 when _programs.Count > 0:
                Vm.Tell(new VmCommands.CancelInvocation(_programs[random.Next(_programs.Count)].Invocation), router);
                break;
            case 6:
                Fake.Agent.Cut();
                break;
            case 7 when random.Next(4) == 0:
                Fake.Qmp.Cut();
                break;
            case 8:
                await HappenAsync("STOP");
                break;
            case 9 or 10:
                await HappenAsync("RESUME");
                break;
            case 11 when random.Next(2) == 0:
                // Another process, which knows no pid of the one before.
                _pids.Clear();
                Fake.BecomesProcess(++_agentPid);
                await HappenAsync("VSERPORT_CHANGE", """{"open": true, "id": "port7"}""");
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
        ConditionChoice?[] choices = [null, ConditionChoice.Fail, ConditionChoice.Wait, ConditionChoice.Wait, ConditionChoice.Skip, ConditionChoice.Force];
        var path = $"/bin/{_programs.Count}";
        var plan = PlanOf(Guest("guest-exec", $$"""{"path":"{{path}}"}"""), 0.1 + (random.NextDouble() * 8)) with
        {
            Conditions = new ConditionPolicy { OnPaused = Any(), OnAbsent = Any(), OnUnresponsive = Any(), OnMigrating = Any() },
            Delivery = random.Next(2) == 0 ? null : Deadline.After(TimeSpan.FromSeconds(random.NextDouble() * 8), Time),
        };
        var invocation = new Invocation(plan, _programs.Count, Vm, router);
        _programs.Add((path, invocation));
        Vm.Tell(invocation, router);

        ConditionChoice? Any() => choices[random.Next(choices.Length)];
    }

    private async Task HappenAsync(string name, string? data = null)
    {
        Fake.Answers["query-status"] = name == "STOP" ? """{"status": "paused"}""" : """{"status": "running"}""";
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

    /// <summary>Called on the peers' own threads.</summary>
    private string? Answer(Random random, FakeCommand command)
    {
        int choice;
        lock (random)
            choice = random.Next(10);
        return command.Name switch
        {
            "guest-exec" => Start(command.Arguments.GetProperty("path").GetString()!, choice),
            "guest-exec-status" => StatusOf(command.Arguments.GetProperty("pid").GetInt64(), choice),
            _ => choice == 0 && command.Name is not "guest-sync-delimited" ? null : Fake.AnswerTo(command) ?? "{}",
        };
    }

    /// <summary>A program that could not be started ran as little as one that never came; of the rest, the guest alone knows.</summary>
    private string? Start(string path, int choice)
    {
        _written.AddOrUpdate(path, 1, (_, count) => count + 1);
        if (choice == 0)
            return "!CommandNotFound";
        _mayHaveRun[path] = true;
        if (choice == 1)
            return null;
        var pid = Interlocked.Increment(ref _lastPid);
        _pids[pid] = 0;
        return choice == 2 ? "\"not what was asked for\"" : $$"""{"pid": {{pid}}}""";
    }

    /// <summary>An end is told once.</summary>
    private string? StatusOf(long pid, int choice)
    {
        if (!_pids.ContainsKey(pid))
            return "!GenericError";
        if (choice < 6)
            return """{"exited": false}""";
        _pids.TryRemove(pid, out _);
        return choice == 6 ? null : """{"exited": true, "exitcode": 0}""";
    }

    private sealed class Recorder(ConcurrentDictionary<Invocation, ConcurrentQueue<Outcome>> ends) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is FanOutEvents.InvocationEnded ended)
                ends.GetOrAdd(ended.Invocation, _ => []).Enqueue(ended.Outcome);
        }
    }
}
