using System.Text;
using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Qmp;

namespace Orchestrator.Actors.Tests.Vms;

public sealed class VmActorInvocationTests : VmActorTest
{
    [Fact]
    public async Task A_command_is_answered_in_the_VMs_name()
    {
        await StartReadyAsync();
        Invoke("guest-get-time");
        var command = await Agent.NextAsync("guest-get-time");
        Advance(0.25);
        await Agent.Peer.ReturnAsync(command, "1700000000");

        var outcome = await OutcomeAsync();

        Assert.Equal((FakeVm.Uuid, "web1", "host1"), (outcome.Vm.ToString(), outcome.Name, outcome.Host));
        Assert.Equal((Phase.Succeeded, null, Effect.Applied), (outcome.Phase, outcome.Reason, outcome.Effect));
        Assert.Equal("1700000000", Encoding.UTF8.GetString(outcome.Result.Span));
        Assert.Equal(TimeSpan.FromSeconds(0.25), outcome.Elapsed);
    }

    [Fact]
    public async Task A_command_for_the_VM_that_had_its_name_before_is_not_sent()
    {
        await StartReadyAsync();
        var other = TargetList.IdentityOf(new VmId(Guid.NewGuid()));

        Vm.Tell(new Invocation(PlanOf(Guest("guest-get-time")), 0, Vm, Router) { Identity = other });
        await AssertOutcomeAsync(Phase.Undelivered, Reasons.VmNotFound, Effect.None);
        Vm.Tell(new Invocation(RunPlan(), 0, Vm, Router) { Identity = other, Reconciliation = new Reconciliation(new ExecEvidence(7, null)) });
        await AssertOutcomeAsync(Phase.Unknown, Reasons.VmLost, Effect.Applied);
        Assert.False(Agent.HasNext);

        Vm.Tell(new Invocation(PlanOf(Guest("guest-get-time")), 0, Vm, Router) { Identity = TargetList.IdentityOf(new VmId(Guid.Parse(FakeVm.Uuid))) });
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-get-time"), "1700000000");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task A_QMP_command_is_QEMUs_to_answer()
    {
        await StartReadyAsync();
        Invoke("query-block");
        await Qmp.Peer.ReturnAsync(await Qmp.NextAsync("query-block"), "[]");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);

        Fake.Answers["device_del"] = "!DeviceNotFound";
        Invoke("device_del");
        await AssertOutcomeAsync(Phase.Refused, Reasons.QmpError, Effect.Unknown);
    }

    [Fact]
    public async Task What_the_agent_cannot_do_is_not_sent()
    {
        await StartReadyAsync();

        Invoke("guest-get-users");
        await AssertOutcomeAsync(Phase.Refused, Reasons.DisabledByGuest, Effect.None);
        Invoke("guest-get-vcpus");
        await AssertOutcomeAsync(Phase.Refused, Reasons.Unsupported, Effect.None);
        Assert.False(Agent.HasNext);
    }

    [Theory]
    [InlineData("\"frozen\"", Reasons.AgentFrozen)]
    [InlineData("\"thawed\"", Reasons.DisabledByGuest)]
    [InlineData("!CommandNotFound", Reasons.DisabledByGuest)]
    public async Task CommandNotFound_of_a_known_command_is_explained_by_the_agent(string freezeStatus, string reason)
    {
        Fake.Answers["guest-fsfreeze-status"] = freezeStatus;
        Fake.Answers["guest-get-time"] = Fake.Answers["guest-exec"] = "!CommandNotFound";
        await StartReadyAsync();

        Invoke("guest-get-time");
        await AssertOutcomeAsync(Phase.Refused, reason, Effect.None);
        InvokeRun();
        await AssertOutcomeAsync(Phase.Refused, reason, Effect.None);
    }

    [Fact]
    public async Task Quit_succeeds_by_the_end_of_QEMU()
    {
        await StartReadyAsync();
        Invoke("quit");
        await Qmp.NextAsync("quit");

        Fake.Qmp.Cut();

        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task A_lost_monitor_loses_the_answers_of_other_commands()
    {
        await StartReadyAsync();
        Invoke("device_add");
        await Qmp.NextAsync("device_add");

        Fake.Qmp.Cut();

        var outcome = await OutcomeAsync();
        Assert.Equal((Phase.Unknown, Effect.Unknown), (outcome.Phase, outcome.Effect));
        Assert.Contains(outcome.Reason, new[] { Reasons.ReplyLost, Reasons.VmLost });
    }

    [Fact]
    public async Task A_waiting_command_can_be_taken_back_and_a_written_one_not()
    {
        await StartReadyAsync();
        var written = Invoke("guest-get-time");
        var command = await Agent.NextAsync("guest-get-time");
        var waiting = Invoke("guest-ping");

        Vm.Tell(new VmCommands.CancelInvocation(written));
        Vm.Tell(new VmCommands.CancelInvocation(waiting));

        var cancelled = await Router.ExpectMsgAsync<FanOutEvents.InvocationEnded>();
        Assert.Same(waiting, cancelled.Invocation);
        Assert.Equal((Phase.Cancelled, Effect.None), (cancelled.Outcome.Phase, cancelled.Outcome.Effect));
        await Agent.Peer.ReturnAsync(command, "1");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task A_command_to_QEMU_that_waits_can_be_taken_back_and_a_written_one_not()
    {
        await StartReadyAsync();
        var written = Invoke("cont");
        var command = await Qmp.NextAsync("cont");
        for (var place = 1; place < new QmpSessionOptions().MaxInBand; place++)
        {
            Invoke("cont");
            await Qmp.NextAsync("cont");
        }
        var waiting = Invoke("stop");

        Vm.Tell(new VmCommands.CancelInvocation(written));
        Vm.Tell(new VmCommands.CancelInvocation(waiting));

        var cancelled = await Router.ExpectMsgAsync<FanOutEvents.InvocationEnded>();
        Assert.Same(waiting, cancelled.Invocation);
        Assert.Equal((Phase.Cancelled, Effect.None), (cancelled.Outcome.Phase, cancelled.Outcome.Effect));
        await Qmp.Peer.ReturnAsync(command);
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
        Assert.False(Qmp.HasNext);
    }

    [Fact]
    public async Task A_stopped_VM_ends_everything_it_had_taken()
    {
        await StartReadyAsync();
        var invocations = new[] { Invoke("guest-get-time"), Invoke("guest-shutdown"), Invoke("device_add"), Invoke("quit"), InvokeRun() };
        await Agent.NextAsync("guest-get-time");
        await Qmp.NextAsync("device_add");
        await Qmp.NextAsync("quit");
        await SettleAsync(Vm);

        Sys.Stop(Vm);

        var ended = new Dictionary<Invocation, Outcome>();
        foreach (var _ in invocations)
        {
            var next = await Router.ExpectMsgAsync<FanOutEvents.InvocationEnded>();
            ended.Add(next.Invocation, next.Outcome);
        }
        TextTable.AssertEqual(
            """
            guest-get-time Unknown VmLost None
            guest-shutdown Unknown VmLost Unknown
            device_add     Unknown VmLost Unknown
            quit           Succeeded - Applied
            guest-exec     Unknown VmLost Unknown
            """,
            invocations.Select(invocation => $"{invocation.Plan.Command.Name} {ended[invocation].Phase} {ended[invocation].Reason ?? "-"} {ended[invocation].Effect}"));
    }

    [Fact]
    public async Task A_restart_by_supervision_ends_everything_and_begins_anew()
    {
        await StartReadyAsync();
        Invoke("guest-get-time");
        await Agent.NextAsync("guest-get-time");

        ((IInternalActorRef)Vm).Restart(new InvalidOperationException("a fault of the actor"));

        await AssertOutcomeAsync(Phase.Unknown, Reasons.VmLost, Effect.None);
        await EventAsync("GUEST_STARTUP");
        await ShowsAsync(vm => vm is { State: VmState.Running, RunState: not null, Agent: AgentState.Ready, Id: not null, Guest: not null });
        Invoke("guest-ping");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task A_whole_file_is_read_in_pieces_and_its_handle_closed()
    {
        await StartReadyAsync();
        Invoke(Guest("guest-view-file", """{"filename":"/etc/hostname"}"""));
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-file-open"), "1000");
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-file-read"), """{"count": 3, "buf-b64": "d2Vi", "eof": false}""");
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-file-read"), """{"count": 2, "buf-b64": "MQo=", "eof": true}""");
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-file-close"));

        var outcome = await OutcomeAsync();

        Assert.Equal(Phase.Succeeded, outcome.Phase);
        Assert.Equal("""{"count":5,"buf-b64":"d2ViMQo=","eof":true}""", Encoding.UTF8.GetString(outcome.Result.Span));
    }
}
