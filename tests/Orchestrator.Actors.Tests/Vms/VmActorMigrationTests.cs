using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Tests.Freezing;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Migration;
using Orchestrator.Protocol.Commands;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Actors.Tests.Vms;

/// <summary>A VM and its migration's destination, both fake: every phase and every failure.</summary>
public sealed class VmActorMigrationTests : VmActorTest, IAsyncLifetime
{
    private readonly FakeVm _other = new();
    private PeerConnection<FakeQmpServer> _otherQmp = null!;
    private PeerConnection<FakeAgent> _otherAgent = null!;

    async Task IAsyncLifetime.DisposeAsync()
    {
        await _other.DisposeAsync();
        await DisposeAsync();
    }

    [Fact]
    public async Task A_destination_is_seen_with_its_channel_attended_and_silent()
    {
        await StartFollowedAsync();

        Assert.False(_otherAgent.HasNext);
        Invoke("guest-ping");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task The_events_capability_is_set_on_both_and_no_other()
    {
        Fake.Answers["query-migrate-capabilities"] = _other.Answers["query-migrate-capabilities"] = """[{"capability": "auto-converge", "state": true}, {"capability": "events", "state": false}]""";
        await StartFollowedAsync();

        foreach (var qmp in new[] { Qmp, _otherQmp })
            Assert.Equal("""[{"capability":"events","state":true}]""", (await qmp.NextAsync("migrate-set-capabilities")).Arguments.GetProperty("capabilities").GetRawText().Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_guest_moves_when_both_say_so_and_commands_wait_in_between()
    {
        await StartFollowedAsync();
        await StopAtSourceAsync();
        var waiting = Invoke("guest-ping");
        await ProgressAsync(PendingPhase.Blocked, Reasons.VmMigrating);

        await ArriveAsync();

        Assert.Same(waiting, (await EndAsync()).Invocation);
        Invoke("guest-get-time");
        Assert.Equal("guest-get-time", (await _otherAgent.NextAsync("guest-get-time")).Name);
        Invoke("query-block");
        await _otherQmp.NextAsync("query-block");
    }

    [Fact]
    public async Task The_guest_moves_in_the_other_order_of_events_too()
    {
        await StartFollowedAsync();
        await StopAtSourceAsync();
        await ResumeAtDestinationAsync();
        await SettleVmAsync();
        Assert.False(Qmp.Closed.IsCompleted);

        Fake.Answers["query-status"] = Status("postmigrate");
        await Qmp.Peer.EventAsync("MIGRATION", """{"status": "completed"}""");

        await ShowsAsync(vm => vm is { State: VmState.Running, Migration: { Phase: MigrationPhase.Completed, Source: "web1", Destination: "web2" } });
    }

    /// <summary>The events are wanted a moment after a destination is seen, and the migration may have begun by then.</summary>
    [Fact]
    public async Task A_guest_that_is_copied_without_an_event_of_it_is_not_frozen()
    {
        await StartFollowedAsync();
        Fake.Answers["query-migrate"] = """{"status": "active"}""";
        await AdvanceUntilAsync(ShowsAsync(vm => vm.Migration?.Phase == MigrationPhase.Copying), step: 0.1);

        Invoke("guest-fsfreeze-freeze");
        await AssertOutcomeAsync(Phase.Undelivered, Reasons.VmMigrating, Effect.None);
        Invoke("guest-ping");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);

        // What an event tells is newer than the last answer.
        await Qmp.Peer.EventAsync("MIGRATION", """{"status": "cancelled"}""");
        await ShowsAsync(vm => vm.Migration?.Phase == MigrationPhase.Prepared);
    }

    [Fact]
    public async Task What_was_not_seen_is_found_by_asking()
    {
        await StartFollowedAsync();
        Fake.Answers["query-status"] = Status("postmigrate");
        _other.Answers["query-status"] = Status("running");

        await AdvanceUntilAsync(ShowsAsync(vm => vm.Migration?.Phase == MigrationPhase.Completed && vm.State == VmState.Running), step: 0.1);
    }

    [Fact]
    public async Task What_was_not_seen_is_asked_for_after_an_answer_that_a_later_one_had_overtaken()
    {
        await StartFollowedAsync();
        Vm.Tell(new VmSignals.StatusAnswered(0, new CommandResult.Returned(System.Text.Encoding.UTF8.GetBytes(Status("running")))));
        Fake.Answers["query-status"] = Status("postmigrate");
        _other.Answers["query-status"] = Status("running");

        await AdvanceUntilAsync(ShowsAsync(vm => vm.Migration?.Phase == MigrationPhase.Completed && vm.State == VmState.Running), step: 0.1);
    }

    [Fact]
    public async Task The_agent_is_the_same_and_nothing_is_told_of_a_loss_or_a_restart()
    {
        await StartFollowedAsync();
        await MigrateAsync();
        await ShowsAsync(vm => vm is { Agent: AgentState.Ready, Incarnation: 1, Id: not null });
        await _otherQmp.Peer.EventAsync("VSERPORT_CHANGE", """{"open": true, "id": "port7"}""");
        Invoke("guest-ping");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
        await Qmp.Peer.EventAsync("SHUTDOWN", """{"guest": false, "reason": "host-qmp-quit"}""");
        await Fake.DisposeAsync();
        await SettleVmAsync();

        var told = new List<string>();
        while (Events.HasMessages)
        {
            var happened = (Orchestrator.Actors.Events.FleetEvent)await Events.ReceiveOneAsync(Limit);
            told.Add(happened.Name == "VM_MIGRATION_CHANGED" ? DataOf(happened) : happened.Name);
        }
        const string Completed = """{"phase":"completed","source":"web1","destination":"web2"}""";
        Assert.Equal(["STOP", Completed, "RESUME", "VSERPORT_CHANGE"], told.Where(name => name is "STOP" or Completed or "RESUME" or "VSERPORT_CHANGE"));
        Assert.DoesNotContain(told, name => name.StartsWith("GUEST_", StringComparison.Ordinal) || name == "SHUTDOWN");
    }

    [Fact]
    public async Task A_short_answer_that_comes_to_the_destination_is_taken_by_its_id()
    {
        await StartFollowedAsync();
        _other.Hold("guest-sync-delimited");
        Invoke("guest-get-time");
        var interrupted = await Agent.NextAsync("guest-get-time");
        await StopAtSourceAsync();
        await ResumeAtDestinationAsync();
        await _otherAgent.Peer.ReturnAsync(interrupted, "17");
        await GiveUpAsync();

        Assert.Equal("17", System.Text.Encoding.UTF8.GetString((await OutcomeAsync()).Result.Span));
    }

    [Fact]
    public async Task A_read_whose_answer_was_cut_is_asked_again_and_the_halves_are_in_nothing()
    {
        await StartFollowedAsync();
        Invoke("guest-get-time");
        var cut = await Agent.NextAsync("guest-get-time");
        await Agent.Peer.SendRawAsync(FakeAgent.Return(cut.Id, "17")[..12]);
        await StopAtSourceAsync();
        await ResumeAtDestinationAsync();
        await _otherAgent.Peer.SendRawAsync(FakeAgent.Return(cut.Id, "17")[12..] + "\n");
        await GiveUpAsync();

        await ProgressAsync(PendingPhase.Reconciling);
        await _otherAgent.Peer.ReturnAsync(await _otherAgent.NextAsync("guest-get-time"), "18");
        Assert.Equal("18", System.Text.Encoding.UTF8.GetString((await OutcomeAsync()).Result.Span));
    }

    [Fact]
    public async Task A_program_whose_start_was_cut_is_not_started_twice()
    {
        await StartFollowedAsync();
        InvokeRun();
        await Agent.NextAsync("guest-exec");
        await MigrateAsync();

        await AssertOutcomeAsync(Phase.Unknown, Reasons.ReplyLost, Effect.Unknown);
        Assert.False(_otherAgent.HasNext);
    }

    [Fact]
    public async Task A_program_that_runs_is_followed_at_the_destination()
    {
        await StartFollowedAsync();
        Fake.Answers["guest-exec"] = """{"pid": 7}""";
        Fake.Answers["guest-exec-status"] = """{"exited": false}""";
        InvokeRun(seconds: 60);
        await Router.FishForMessageAsync(message => message is FanOutEvents.InvocationProgressed { Progress.Phase: PendingPhase.Running }, Limit);
        _other.Answers["guest-exec-status"] = """{"exited": true, "exitcode": 3}""";

        await MigrateAsync();

        var ended = await AdvanceUntilAsync(OutcomeAsync(), step: 0.2);
        Assert.Equal((Phase.Failed, Reasons.ExitNonZero, 3L), (ended.Phase, ended.Reason, ended.Exec!.ExitCode));
    }

    [Fact]
    public async Task A_cancelled_migration_gives_the_guest_back_without_another_synchronization()
    {
        await StartFollowedAsync();
        await StopAtSourceAsync();
        Invoke("guest-ping");
        await ProgressAsync(PendingPhase.Blocked, Reasons.VmMigrating);

        Fake.Answers["query-status"] = Status("running");
        Fake.Hold("guest-sync-delimited");
        await Qmp.Peer.EventAsync("MIGRATION", """{"status": "cancelled"}""");
        await Qmp.Peer.EventAsync("RESUME");

        Assert.Equal(Phase.Succeeded, (await OutcomeAsync()).Phase);
        Assert.Equal(1, Fake.Agent.Connections);
        Assert.False(Agent.HasNext);
    }

    [Fact]
    public async Task A_destination_that_dies_is_let_go_and_the_source_keeps_everything()
    {
        await StartFollowedAsync();

        await _other.DisposeAsync();

        await ShowsAsync(vm => vm is { Migration: null, State: VmState.Running, Agent: AgentState.Ready });
        await Host!.FishForMessageAsync(message => message is MigrationEvents.Released { Side: "web2" }, Limit);
    }

    [Fact]
    public async Task A_destination_that_dies_when_the_source_has_given_up_leaves_the_guest_stranded_and_cont_needs_a_word()
    {
        await StartFollowedAsync();
        await StopAtSourceAsync();
        Fake.Answers["query-status"] = Status("postmigrate");
        await Qmp.Peer.EventAsync("MIGRATION", """{"status": "completed"}""");
        await ShowsAsync(vm => vm.RunState == "postmigrate");

        await _other.DisposeAsync();

        await ShowsAsync(vm => vm.Migration?.Phase == MigrationPhase.Stranded);
        Invoke("cont");
        await AssertOutcomeAsync(Phase.Refused, Reasons.VmMigrating, Effect.None);
        Invoke(PlanOf(EncodedCommand.ForQmp("cont")) with { Conditions = new ConditionPolicy { OnMigrating = ConditionChoice.Force } });
        await Qmp.NextAsync("cont");
    }

    [Fact]
    public async Task A_destination_whose_death_is_heard_of_before_the_source_has_told_that_it_has_given_up_leaves_the_guest_stranded_too()
    {
        await StartFollowedAsync();
        Fake.Answers["query-status"] = Status("postmigrate");

        await _other.DisposeAsync();

        await ShowsAsync(vm => vm.Migration?.Phase == MigrationPhase.Stranded);
    }

    [Fact]
    public async Task A_destination_that_dies_at_the_switchover_is_let_go_when_the_source_goes_on()
    {
        await StartFollowedAsync();
        await StopAtSourceAsync();
        await _other.DisposeAsync();
        await SettleVmAsync();

        Fake.Answers["query-status"] = Status("running");
        await Qmp.Peer.EventAsync("MIGRATION", """{"status": "failed"}""");
        await Qmp.Peer.EventAsync("RESUME");

        await ShowsAsync(vm => vm is { Migration: null, State: VmState.Running, Agent: AgentState.Ready });
    }

    [Fact]
    public async Task A_source_that_was_killed_after_the_arrival_costs_nothing()
    {
        await StartFollowedAsync();
        await StopAtSourceAsync();
        await ResumeAtDestinationAsync();

        await Fake.DisposeAsync();

        await ShowsAsync(vm => vm is { State: VmState.Running, Migration.Phase: MigrationPhase.Completed or MigrationPhase.Switchover } or { State: VmState.Running, Migration: null });
        Invoke("guest-ping");
        // Whoever sees the end of its connection late lets it wait.
        Assert.Equal(Phase.Succeeded, (await AdvanceUntilAsync(OutcomeAsync(), step: 0.1)).Phase);
    }

    [Fact]
    public async Task A_guest_comes_back_to_where_it_was()
    {
        await StartFollowedAsync();
        await MigrateAsync();
        await ShowsAsync(vm => vm.Migration?.Phase == MigrationPhase.Completed);
        var (was, agent) = (Qmp, Agent);
        Fake.Answers["query-status"] = Status("inmigrate");
        Fake.Qmp.Cut();
        await was.Closed;

        await AdvanceUntilAsync(ShowsAsync(vm => vm.Migration is { Phase: MigrationPhase.Prepared, Source: "web2", Destination: "web1" }), step: 0.1);
        Qmp = await Fake.Qmp.AcceptAsync();
        Agent = await Fake.Agent.AcceptAsync();
        await _otherQmp.Peer.EventAsync("STOP");
        _other.Answers["query-status"] = Status("postmigrate");
        Fake.Answers["query-status"] = Status("running");
        await Qmp.Peer.EventAsync("RESUME");
        await _otherQmp.Peer.EventAsync("MIGRATION", """{"status": "completed"}""");

        await ShowsAsync(vm => vm.Migration is { Phase: MigrationPhase.Completed, Source: "web2", Destination: "web1" });
        Invoke("guest-get-time");
        await Agent.NextAsync("guest-get-time");
        Assert.NotSame(agent, Agent);
    }

    [Fact]
    public async Task A_guest_that_went_back_before_anybody_looked_is_found_there()
    {
        await StartFollowedAsync();
        await MigrateAsync();
        await ShowsAsync(vm => vm.Migration?.Phase == MigrationPhase.Completed);
        _other.Answers["query-status"] = Status("finish-migrate");
        await _otherQmp.Peer.EventAsync("STOP");
        await ShowsAsync(vm => vm.State == VmState.Migrating);
        _other.Answers["query-status"] = Status("postmigrate");
        Fake.Answers["query-status"] = Status("running");
        Fake.Qmp.Cut();

        await AdvanceUntilAsync(ShowsAsync(vm => vm.Migration is { Phase: MigrationPhase.Completed, Source: "web2", Destination: "web1" }), step: 0.1);
    }

    [Fact]
    public async Task A_source_that_somebody_lets_go_on_is_a_conflict_and_takes_nothing()
    {
        await StartFollowedAsync();
        await MigrateAsync();
        await ShowsAsync(vm => vm.Migration?.Phase == MigrationPhase.Completed);
        Fake.Answers["query-status"] = Status("running");

        await Qmp.Peer.EventAsync("RESUME");

        await ShowsAsync(vm => vm.Migration?.Phase == MigrationPhase.Conflict);
        Invoke("query-block");
        await _otherQmp.NextAsync("query-block");
    }

    [Fact]
    public async Task A_channel_that_stays_silent_after_the_arrival_is_connected_anew()
    {
        await StartFollowedAsync();
        _other.Hold("guest-sync-delimited");
        await MigrateAsync();
        await _otherAgent.NextAsync("guest-sync-delimited");
        _other.Answers["guest-sync-delimited"] = "";

        Advance(1);

        await _otherAgent.Closed;
        await _other.Agent.AcceptAsync();
        await ShowsAsync(vm => vm is { Agent: AgentState.Ready, Incarnation: 1 });
    }

    [Fact]
    public async Task Another_machine_at_the_place_is_let_go()
    {
        Host = CreateTestProbe();
        await StartReadyAsync();
        _other.Answers["query-uuid"] = $$"""{"UUID": "{{Guid.NewGuid()}}"}""";

        Join();

        await Host!.FishForMessageAsync(message => message is MigrationEvents.Released { Side: "web2" }, Limit);
    }

    [Fact]
    public async Task A_lease_goes_along_and_the_guest_is_thawed_where_it_is()
    {
        Fake.Answers["guest-info"] = Fake.Answers["guest-info"].Replace("[{", """[{"name": "guest-fsfreeze-freeze", "enabled": true, "success-response": true}, {"name": "guest-fsfreeze-thaw", "enabled": true, "success-response": true}, {""", StringComparison.Ordinal);
        await StartFollowedAsync();
        var holder = CreateTestProbe();
        Vm.Tell(new LeaseCommands.Prepare(LeaseSamples.Lease("lease1") with { Deadline = Time.GetUtcNow().AddSeconds(60) }, Guest("guest-fsfreeze-freeze")), holder);
        await holder.FishForMessageAsync(message => message is LeaseEvents.Changed { Machine.Phase: LeasePhase.Prepared }, Limit);
        Vm.Tell(new LeaseCommands.Freeze("lease1"), holder);
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-fsfreeze-freeze"), "2");
        await ShowsAsync(vm => vm is { Freeze: FreezeState.Frozen, Lease.Id: "lease1" });

        await MigrateAsync();
        await ShowsAsync(vm => vm is { Migration.Phase: MigrationPhase.Completed, Freeze: FreezeState.Frozen, Lease.Id: "lease1" });
        Vm.Tell(new LeaseCommands.Thaw("lease1", ThawCause.Requested), holder);

        await _otherAgent.Peer.ReturnAsync(await _otherAgent.NextAsync("guest-fsfreeze-thaw"), "2");
        await ShowsAsync(vm => vm is { Freeze: FreezeState.Thawed, Lease: null });
        Assert.False(Agent.HasNext);
    }

    private static string Status(string runState) => $$"""{"status": "{{runState}}", "running": {{(runState == "running" ? "true" : "false")}}}""";

    private void Join() => Vm.Tell(new MigrationCommands.Join(_other.Spec with { Name = "web2" }));

    /// <summary>Everything is known of the VM, and of the destination that awaits it. The VM's parent is the test's own actor.</summary>
    private async Task StartFollowedAsync()
    {
        Fake.TellsProcess();
        _other.TellsProcess();
        Fake.Hold("guest-get-time");
        _other.Hold("guest-get-time");
        _other.Answers["query-status"] = Status("inmigrate");
        _other.Answers["query-migrate"] = Fake.Answers["query-migrate"] = "{}";
        Fake.Answers.TryAdd("query-migrate-capabilities", "[]");
        _other.Answers.TryAdd("query-migrate-capabilities", "[]");
        Host = CreateTestProbe();
        await StartReadyAsync();
        Join();
        _otherQmp = await _other.Qmp.AcceptAsync();
        _otherAgent = await _other.Agent.AcceptAsync();
        await ShowsAsync(vm => vm.Migration is { Phase: MigrationPhase.Prepared, Source: "web1", Destination: "web2" });
        await EventAsync("VM_MIGRATION_CHANGED");
        await SettleAllAsync();
    }

    private async Task StopAtSourceAsync()
    {
        await Qmp.Peer.EventAsync("MIGRATION", """{"status": "active"}""");
        Fake.Answers["query-status"] = Status("finish-migrate");
        await Qmp.Peer.EventAsync("STOP");
        await ShowsAsync(vm => vm.Migration?.Phase == MigrationPhase.Switchover);
        await SettleAllAsync();
    }

    private async Task ResumeAtDestinationAsync()
    {
        _other.Answers["query-status"] = Status("running");
        await _otherQmp.Peer.EventAsync("RESUME");
    }

    private async Task GiveUpAsync()
    {
        Fake.Answers["query-status"] = Status("postmigrate");
        await Qmp.Peer.EventAsync("MIGRATION", """{"status": "completed"}""");
    }

    private async Task ArriveAsync()
    {
        await GiveUpAsync();
        await ResumeAtDestinationAsync();
    }

    private async Task MigrateAsync()
    {
        await StopAtSourceAsync();
        await ArriveAsync();
    }
}
