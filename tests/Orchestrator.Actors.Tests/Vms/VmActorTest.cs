using System.Text;
using System.Text.Json;
using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Actors.Tests.Vms;

/// <summary>A <see cref="VmActor"/> with a fake VM below it, and probes in the places of inventory, event hub and router.</summary>
public abstract class VmActorTest : ActorTest, IAsyncLifetime
{
    protected VmActorTest()
    {
        Inventory = CreateTestProbe();
        Events = CreateTestProbe();
        Router = CreateTestProbe();
        Settings = new VmSettings { Time = Time };
    }

    private protected FakeVm Fake { get; } = new();

    private protected VmSettings Settings { get; set; }

    private protected LeaseBook? EnvironmentLeases { get; set; }

    private protected TestProbe Inventory { get; }

    private protected TestProbe Events { get; }

    private protected TestProbe Router { get; }

    private protected IActorRef Vm { get; private set; } = ActorRefs.Nobody;

    private protected PeerConnection<FakeQmpServer> Qmp { get; set; } = null!;

    private protected PeerConnection<FakeAgent> Agent { get; set; } = null!;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await Fake.DisposeAsync();

    /// <summary>In the place of the VM's VmHost, where a test wants to hear what that is told.</summary>
    private protected TestProbe? Host { get; set; }

    private protected IActorRef StartVm(VmSpec? spec = null)
    {
        var props = VmActor.PropsFor(spec ?? Fake.Spec, new VmEnvironment("host1", Inventory, Events, Settings) { Leases = EnvironmentLeases ?? LeaseBook.InMemory() });
        return Vm = Host?.ChildActorOf(props) ?? Sys.ActorOf(props);
    }

    /// <summary>Waits until the VM and its sessions have dealt with everything that lies in their mailboxes now.</summary>
    private protected async Task SettleVmAsync()
    {
        foreach (var actor in new[] { Vm.Path, Vm.Path / "qmp", Vm.Path / "agent", Vm.Path })
            await Sys.ActorSelection(actor).Ask<ActorIdentity>(new Identify(null), Limit);
    }

    /// <summary>Starts the VM and awaits that everything is known of it.</summary>
    private protected async Task StartReadyAsync()
    {
        StartVm();
        Qmp = await Fake.Qmp.AcceptAsync();
        Agent = await Fake.Agent.AcceptAsync();
        await ShowsAsync(vm => vm is { State: VmState.Running, RunState: not null, Agent: AgentState.Ready, Id: not null, Guest: not null });
        await EventAsync("GUEST_STARTUP");
        await SettleAsync(Vm);
    }

    /// <summary>The first snapshot from now on that is as it should be.</summary>
    private protected async Task<VmSnapshot> ShowsAsync(Predicate<VmSnapshot> condition)
    {
        var changed = await Inventory.FishForMessageAsync(message => message is VmEvents.Changed { Snapshot: var vm } && condition(vm), Limit);
        return ((VmEvents.Changed)changed).Snapshot;
    }

    /// <summary>The next event must be this one.</summary>
    private protected async Task<FleetEvent> EventAsync(string name)
    {
        var happened = await Events.ExpectMsgAsync<FleetEvent>();
        Assert.Equal(name, happened.Name);
        return happened;
    }

    /// <summary>Starts the VM with a port that sends no events, and awaits that the agent told which process it is.</summary>
    private protected async Task StartWithSilentPortAsync()
    {
        Fake.HasSilentPort();
        Fake.Hold("guest-file-close");
        await StartReadyAsync();
        await EndProbeAsync();
    }

    /// <summary>Answers the last command of a question after the agent's process; the answer is taken when the agent's next one is.</summary>
    private protected async Task EndProbeAsync()
    {
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-file-close"), "{}");
        Invoke("guest-ping");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
        await SettleVmAsync();
    }

    private protected static string DataOf(FleetEvent happened) => Encoding.UTF8.GetString(happened.Data.Span);

    private protected static EncodedCommand Guest(string name, string arguments = "{}")
    {
        using var document = JsonDocument.Parse(arguments);
        return EncodedCommand.ForGuest(name, document.RootElement);
    }

    private protected Invocation Invoke(EncodedCommand command, double seconds = 10) => Invoke(PlanOf(command, seconds));

    private protected Invocation Invoke(JobPlan plan, Reconciliation? past = null)
    {
        var invocation = new Invocation(plan, 0, Vm, Router) { Reconciliation = past };
        Vm.Tell(invocation);
        return invocation;
    }

    private protected JobPlan PlanOf(EncodedCommand command, double seconds = 10)
    {
        var route = command.Name == "guest-exec" ? CommandRoute.Run : command.FromGuest ? CommandRoute.Guest : CommandRoute.Qmp;
        return new JobPlan("job", route, command, Deadline.After(TimeSpan.FromSeconds(seconds), Time));
    }

    private protected JobPlan RunPlan(double seconds = 10) => PlanOf(GuestExecution.Encode(new ExecSpec { Argv = ["/bin/true"] }), seconds);

    private protected Invocation Invoke(string name, double seconds = 10) =>
        Invoke(name.StartsWith("guest-", StringComparison.Ordinal) ? Guest(name) : EncodedCommand.ForQmp(name), seconds);

    private protected Invocation InvokeRun(double seconds = 10) => Invoke(GuestExecution.Encode(new ExecSpec { Argv = ["/bin/true"] }), seconds);

    /// <summary>The next outcome, whatever was told of the way to it.</summary>
    private protected async Task<Outcome> OutcomeAsync() => (await EndAsync()).Outcome;

    /// <summary>The next end, whatever was told of the way to it.</summary>
    private protected async Task<FanOutEvents.InvocationEnded> EndAsync() =>
        (FanOutEvents.InvocationEnded)await Router.FishForMessageAsync(message => message is FanOutEvents.InvocationEnded, Limit);

    /// <summary>The next step of an invocation must be this one.</summary>
    private protected async Task<InvocationProgress> ProgressAsync(PendingPhase phase, string? reason = null)
    {
        var progress = (await Router.ExpectMsgAsync<FanOutEvents.InvocationProgressed>()).Progress;
        Assert.Equal((phase, reason), (progress.Phase, progress.Reason));
        return progress;
    }

    private protected async Task AssertOutcomeAsync(Phase phase, string? reason, Effect effect)
    {
        var outcome = await OutcomeAsync();
        Assert.Equal((phase, reason, effect), (outcome.Phase, outcome.Reason, outcome.Effect));
        Assert.False(Router.HasMessages);
    }
}
