using Akka.TestKit;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Migration;

namespace Orchestrator.Actors.Tests.Vms;

/// <summary>A VM that is asked to migrate hands that on, and has the one outcome of it.</summary>
public sealed class VmActorDrivenMigrationTests : VmActorTest
{
    private readonly TestProbe _migrations;

    public VmActorDrivenMigrationTests()
    {
        _migrations = CreateTestProbe();
        Settings = Settings with { Migrations = _migrations };
    }

    [Fact]
    public async Task Migration_is_handed_on_cancelled_and_ended()
    {
        await StartReadyAsync();
        var invocation = Invoke(Plan());
        var begin = await _migrations.ExpectMsgAsync<DriveCommands.Begin>();
        Assert.Same(invocation, begin.Invocation);
        Assert.NotNull(begin.Vm.Id);

        Vm.Tell(new Actors.Vms.VmCommands.CancelInvocation(invocation), TestActor);
        Assert.Same(invocation, (await _migrations.ExpectMsgAsync<DriveCommands.Cancel>()).Invocation);
        Vm.Tell(new DriveEvents.Ended(invocation, new Verdict(Phase.Cancelled, null, Effect.None)), TestActor);

        await AssertOutcomeAsync(Phase.Cancelled, null, Effect.None);
    }

    [Fact]
    public async Task Migration_of_before_a_restart_is_looked_at_and_not_begun_anew()
    {
        StartVm();
        Qmp = await Fake.Qmp.AcceptAsync();
        Agent = await Fake.Agent.AcceptAsync();
        var invocation = Invoke(Plan(), new Reconciliation(null));
        await ProgressAsync(PendingPhase.Reconciling);

        var begin = await _migrations.ExpectMsgAsync<DriveCommands.Begin>();

        Assert.NotNull(begin.Invocation.Reconciliation);
        Vm.Tell(new DriveEvents.Ended(invocation, new Verdict(Phase.Succeeded, null, Effect.Applied)), TestActor);
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task Where_nothing_migrates_it_is_refused()
    {
        Settings = Settings with { Migrations = null };
        await StartReadyAsync();
        Invoke(Plan());
        await AssertOutcomeAsync(Phase.Refused, Reasons.Unsupported, Effect.None);
    }

    [Fact]
    public async Task Agents_turn_is_held_for_a_migration()
    {
        await StartReadyAsync();
        Vm.Tell(new AgentHold.Take(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(9)), TestActor);
        Assert.True((await ExpectMsgAsync<AgentHold.Held>()).IsDrained);
        Invoke("guest-ping");
        await SettleVmAsync();
        Assert.False(Agent.HasNext);

        Vm.Tell(AgentHold.Release.Instance, TestActor);

        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task Question_to_one_QEMU_reaches_no_other()
    {
        await StartReadyAsync();
        var entry = new Actors.VmHosts.InventoryEntry(new Actors.Vms.VmSnapshot { Name = Fake.Spec.Name, Host = "host1" }, Vm);

        var answer = await new VmPeer(entry, Fake.Spec.Name, Time).AskAsync(Protocol.Commands.EncodedCommand.ForQmp("query-status"), TimeSpan.FromSeconds(5));
        var other = await new VmPeer(entry, "another", Time).AskAsync(Protocol.Commands.EncodedCommand.ForQmp("quit"), TimeSpan.FromSeconds(5));

        Assert.IsType<Protocol.Commands.CommandResult.Returned>(answer);
        Assert.Equal((Protocol.Commands.NoReplyCause.NotReady, false), (other as Protocol.Commands.CommandResult.NoReply) is { } silence ? (silence.Cause, silence.Written) : default);
        Assert.False(Qmp.HasNext);
    }

    [Fact]
    public async Task VM_that_is_gone_is_waited_for_no_longer_than_its_time()
    {
        StartVm();
        Sys.Stop(Vm);
        var asked = new VmPeer(new Actors.VmHosts.InventoryEntry(new Actors.Vms.VmSnapshot { Name = "x", Host = "host1" }, Vm), "x", Time).AskAsync(Protocol.Commands.EncodedCommand.ForQmp("quit"), TimeSpan.FromSeconds(5));

        Assert.IsType<Protocol.Commands.CommandResult.NoReply>(await AdvanceUntilAsync(asked, 1));
    }

    private JobPlan Plan() => new("job", CommandRoute.Migrate, new MigrationSpec { To = "h2" }.Encode(), Deadline.After(TimeSpan.FromHours(1), Time));
}
