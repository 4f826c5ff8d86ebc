using System.Text.Json;
using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Tests.Freezing;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Vms;

public sealed class VmActorFreezeTests : VmActorTest
{
    private readonly MemoryLeases _store = new();
    private readonly TestProbe _holder;

    public VmActorFreezeTests()
    {
        _holder = CreateTestProbe();
        string[] commands = ["guest-fsfreeze-freeze", "guest-fsfreeze-thaw", "guest-fsfreeze-status"];
        Fake.Answers["guest-info"] = Fake.Answers["guest-info"].Replace("\"supported_commands\": [", "\"supported_commands\": [" + string.Concat(commands.Select(name => $$"""{"name": "{{name}}", "enabled": true, "success-response": true}, """)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_byte_is_sent_before_the_lease_is_on_disk_and_it_is_there_until_the_thaw_is_confirmed()
    {
        await StartWithLeasesAsync();
        var disk = new TaskCompletionSource();
        _store.Disk = disk.Task;
        Prepare();
        await PhaseAsync(LeasePhase.Recording);
        Vm.Tell(new LeaseCommands.Freeze("lease1"), _holder);
        await SettleVmAsync();
        Assert.False(Agent.HasNext);

        disk.SetResult();
        await PhaseAsync(LeasePhase.Prepared);
        Vm.Tell(new LeaseCommands.Freeze("lease1"), _holder);
        var freeze = await Agent.NextAsync("guest-fsfreeze-freeze");
        Assert.Equal("lease1", Assert.Single(_store.Kept).Id);
        await ShowsAsync(vm => vm is { Freeze: FreezeState.Freezing, Lease.Id: "lease1" });
        await Agent.Peer.ReturnAsync(freeze, "2");
        Assert.Equal(2, (await PhaseAsync(LeasePhase.Frozen)).Machine.Filesystems);
        await ShowsAsync(vm => vm.Freeze == FreezeState.Frozen);
        Assert.Equal(("frozen", "lease1", 2), Told(await EventAsync("GUEST_FSFREEZE_CHANGED")));

        Advance(3);
        Vm.Tell(new LeaseCommands.Thaw("lease1", ThawCause.Requested), _holder);
        var thaw = await Agent.NextAsync("guest-fsfreeze-thaw");
        Assert.Single(_store.Kept);
        await Agent.Peer.ReturnAsync(thaw, "2");
        Assert.Equal(TimeSpan.FromSeconds(3), (await PhaseAsync(LeasePhase.Thawed)).FrozenFor);
        await ShowsAsync(vm => vm is { Freeze: FreezeState.Thawed, Lease: null });
        Assert.Equal(("thawed", "lease1", 2), Told(await EventAsync("GUEST_FSFREEZE_CHANGED")));
        await AwaitAssertAsync(() => Assert.Empty(_store.Kept));
    }

    [Fact]
    public async Task Lease_is_one_of_the_vms_own_vm_host_whatever_node_it_was_prepared_on()
    {
        await StartWithLeasesAsync();
        var lease = LeaseSamples.Lease("lease1") with { Host = "node-a", Deadline = Time.GetUtcNow().AddSeconds(60) };

        Vm.Tell(new LeaseCommands.Prepare(lease, Guest("guest-fsfreeze-freeze")), _holder);

        await PhaseAsync(LeasePhase.Prepared);
        Assert.Equal("host1", Assert.Single(_store.Kept).Host);
    }

    [Fact]
    public async Task A_lease_that_ends_thaws_and_a_heartbeat_puts_it_off()
    {
        await FrozenAsync();
        Advance(50);
        var extended = await Vm.Ask<LeaseReplies.Extended>(new LeaseCommands.Extend("lease1", TimeSpan.FromSeconds(60)), Limit);
        Assert.Equal(Time.GetUtcNow().AddSeconds(60), extended.Deadline);
        Advance(59);
        await SettleVmAsync();
        Assert.False(Agent.HasNext);

        Advance(1);
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-fsfreeze-thaw"), "1");

        Assert.Equal(ThawCause.Expired, (await PhaseAsync(LeasePhase.Thawed)).Machine.Cause);
        Assert.Null((await Vm.Ask<LeaseReplies.Extended>(new LeaseCommands.Extend("lease1", TimeSpan.FromSeconds(60)), Limit)).Deadline);
    }

    [Fact]
    public async Task A_lease_of_before_is_thawed_before_anything_else_is_served()
    {
        await _store.PutAsync(LeaseSamples.Lease());
        EnvironmentLeases = await LeaseBook.OpenAsync(_store);
        Fake.Hold("guest-fsfreeze-thaw");
        StartVm();
        Invoke("guest-get-time");
        Qmp = await Fake.Qmp.AcceptAsync();
        Agent = await Fake.Agent.AcceptAsync();

        var thaw = await Agent.NextAsync("guest-fsfreeze-thaw");
        Assert.False(Agent.HasNext);
        await Agent.Peer.ReturnAsync(thaw, "1");

        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-get-time"), "1");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
        await AwaitAssertAsync(() => Assert.Empty(_store.Kept));
    }

    [Fact]
    public async Task A_thaw_overtakes_what_waits_even_where_nothing_more_may_wait()
    {
        Settings = Settings with { MaxQueuedCommands = 3 };
        await FrozenAsync();
        Fake.Hold("guest-ping");
        Invoke("guest-ping", 100);
        var turn = await Agent.NextAsync("guest-ping");
        for (var waiting = 0; waiting < 4; waiting++)
            Invoke("guest-ping", 100);
        Assert.Equal(Reasons.VmBusy, (await OutcomeAsync()).Reason);

        Vm.Tell(new LeaseCommands.Thaw("lease1", ThawCause.Requested), _holder);
        await SettleVmAsync();
        await Agent.Peer.ReturnAsync(turn, "{}");

        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-fsfreeze-thaw"), "1");
        await Agent.NextAsync("guest-ping");
    }

    [Fact]
    public async Task A_freeze_that_is_not_answered_is_thawed_by_the_agent_that_comes_back()
    {
        Settings = Settings with { FreezeTimeout = TimeSpan.FromSeconds(8) };
        await PreparedAsync();
        Vm.Tell(new LeaseCommands.Freeze("lease1"), _holder);
        await Agent.NextAsync("guest-fsfreeze-freeze");
        Fake.Hold("guest-sync-delimited");
        Advance(6);
        await SettleVmAsync();
        Advance(2);
        await PhaseAsync(LeasePhase.FreezeUnknown);
        await PhaseAsync(LeasePhase.Thawing);
        var synchronization = await Agent.NextAsync("guest-sync-delimited");
        Advance(5);
        await PhaseAsync(LeasePhase.ThawFailed);
        Assert.Equal("unknown", Told(await FreezeEventAsync()).State);
        Assert.Equal("thaw-failed", Told(await FreezeEventAsync()).State);

        Fake.Answers["guest-sync-delimited"] = "";
        Fake.Answers["guest-fsfreeze-thaw"] = "1";
        var answered = AdvanceUntilAsync(PhaseAsync(LeasePhase.Thawed), 0.5);
        await Agent.Peer.AnswerSynchronizationAsync(synchronization);

        var thawed = await answered;
        Assert.Equal((ThawCause.FreezeFailed, Reasons.AgentUnresponsive), (thawed.Machine.Cause, thawed.Machine.Reason));
    }

    [Fact]
    public async Task A_thaw_that_is_refused_is_tried_until_it_is_not()
    {
        await FrozenAsync();
        Vm.Tell(new LeaseCommands.Thaw("lease1", ThawCause.Requested), _holder);
        foreach (var pause in new[] { 1, 2, 4, 8, 16, 30, 30 })
        {
            await Agent.Peer.ErrorAsync(await Agent.NextAsync("guest-fsfreeze-thaw"), "GenericError", "cannot thaw /");
            var failed = await _holder.FishForMessageAsync<LeaseEvents.Changed>(changed => changed.Machine is { Phase: LeasePhase.ThawFailed, IsThawUnderWay: false }, Limit);
            Assert.Contains("cannot thaw /", failed.Machine.Message);
            Advance(pause);
        }
        Assert.Single(_store.Kept);
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-fsfreeze-thaw"), "1");

        await PhaseAsync(LeasePhase.Thawed);
    }

    [Fact]
    public async Task A_VM_that_cannot_be_frozen_denies_the_lease()
    {
        await StartWithLeasesAsync();
        Fake.Answers["query-status"] = """{"status": "paused", "running": false}""";
        await Qmp.Peer.EventAsync("STOP");
        await ShowsAsync(vm => vm.State == VmState.Paused);
        Prepare();

        Assert.Equal(Reasons.VmPaused, (await _holder.ExpectMsgAsync<LeaseEvents.Denied>()).Reason);
        Assert.Empty(_store.Kept);
    }

    [Fact]
    public async Task A_VM_has_one_lease_at_a_time()
    {
        await FrozenAsync();
        Prepare("lease2");

        var denied = await _holder.ExpectMsgAsync<LeaseEvents.Denied>();

        Assert.Equal(("lease2", Reasons.AgentFrozen), (denied.LeaseId, denied.Reason));
        Assert.Contains("'backup'", denied.Message);
    }

    [Fact]
    public async Task A_lease_that_cannot_be_written_freezes_nothing()
    {
        await StartWithLeasesAsync();
        _store.IsBroken = true;
        Prepare();

        var ended = (await PhaseAsync(LeasePhase.Thawed)).Machine;

        Assert.Equal((Reasons.LeaseNotRecorded, "the disk is full"), (ended.Reason, ended.Message));
        Assert.False(Agent.HasNext);
    }

    [Fact]
    public async Task Anothers_freeze_and_thaw_through_here_are_known()
    {
        await StartWithLeasesAsync();
        Fake.Answers["guest-fsfreeze-freeze"] = "1";
        Invoke("guest-fsfreeze-freeze");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
        await ShowsAsync(vm => vm is { Freeze: FreezeState.FrozenForeign, Lease: null });
        Assert.Equal("frozen-foreign", Told(await FreezeEventAsync()).State);
        Prepare();
        Assert.Equal(Reasons.AgentFrozen, (await _holder.ExpectMsgAsync<LeaseEvents.Denied>()).Reason);

        Fake.Answers["guest-fsfreeze-thaw"] = "1";
        Invoke("guest-fsfreeze-thaw");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
        await ShowsAsync(vm => vm.Freeze == FreezeState.Thawed);
        Assert.Equal("thawed", Told(await FreezeEventAsync()).State);
    }

    [Fact]
    public async Task Anothers_thaw_ends_the_lease()
    {
        await FrozenAsync();
        Fake.Answers["guest-fsfreeze-thaw"] = "1";
        Invoke("guest-fsfreeze-thaw");

        Assert.Equal(ThawCause.Lost, (await PhaseAsync(LeasePhase.Thawed)).Machine.Cause);
        await AwaitAssertAsync(() => Assert.Empty(_store.Kept));
    }

    [Fact]
    public async Task An_agents_word_for_its_state_is_taken()
    {
        await StartWithLeasesAsync();
        Fake.Answers["guest-fsfreeze-status"] = "\"frozen\"";
        Invoke("guest-fsfreeze-status");
        await ShowsAsync(vm => vm.Freeze == FreezeState.FrozenForeign);
        Fake.Answers["guest-fsfreeze-status"] = "\"thawed\"";
        Invoke("guest-fsfreeze-status");
        await ShowsAsync(vm => vm.Freeze == FreezeState.Thawed);
    }

    [Fact]
    public async Task An_agent_that_was_frozen_before_is_found_so()
    {
        Fake.Answers["guest-info"] = Fake.Answers["guest-info"].Replace("\"guest-get-osinfo\", \"enabled\": true", "\"guest-get-osinfo\", \"enabled\": false", StringComparison.Ordinal);
        Fake.Answers["guest-fsfreeze-status"] = "\"frozen\"";
        StartVm();

        await ShowsAsync(vm => vm is { Agent: AgentState.Ready, Freeze: FreezeState.FrozenForeign });
    }

    [Fact]
    public async Task Anothers_freeze_is_thawed_only_by_force()
    {
        await StartWithLeasesAsync();
        Fake.Answers["guest-fsfreeze-freeze"] = "1";
        Invoke("guest-fsfreeze-freeze");
        await OutcomeAsync();
        Assert.Equal(ThawResult.Foreign, (await ThawAnyAsync(force: false)).Result);

        Fake.Answers["guest-fsfreeze-thaw"] = "1";
        Assert.Equal(ThawResult.Thawed, (await ThawAnyAsync(force: true)).Result);
        Assert.Equal(ThawResult.NotFrozen, (await ThawAnyAsync(force: false)).Result);
    }

    [Fact]
    public async Task A_thaw_of_whatever_lease_answers_when_it_is_confirmed()
    {
        await FrozenAsync();
        var asked = ThawAnyAsync(force: false);
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-fsfreeze-thaw"), "1");

        Assert.Equal(ThawResult.Thawed, (await asked).Result);
    }

    [Fact]
    public async Task Whoever_watches_a_lease_is_told_how_it_stands_and_all_that_becomes_of_it()
    {
        await FrozenAsync();
        var watcher = CreateTestProbe();

        Vm.Tell(new LeaseCommands.Watch("lease1"), watcher);
        Assert.Equal((LeasePhase.Frozen, 1), (await watcher.ExpectMsgAsync<LeaseEvents.Changed>()).Machine is var now ? (now.Phase, now.Filesystems) : default);
        Vm.Tell(new LeaseCommands.Thaw("lease1", ThawCause.Requested), watcher);
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-fsfreeze-thaw"), "1");
        await watcher.FishForMessageAsync<LeaseEvents.Changed>(changed => changed.Machine.Phase == LeasePhase.Thawed, Limit);
        await SettleVmAsync();
        Assert.False(_holder.HasMessages);

        // Also of one that has ended, until there is another.
        Vm.Tell(new LeaseCommands.Watch("lease1"), watcher);
        Assert.Equal(LeasePhase.Thawed, (await watcher.ExpectMsgAsync<LeaseEvents.Changed>()).Machine.Phase);
        Vm.Tell(new LeaseCommands.Watch("lease0"), watcher);
        Assert.Equal("lease0", (await watcher.ExpectMsgAsync<LeaseEvents.Absent>()).LeaseId);
    }

    private async Task StartWithLeasesAsync()
    {
        EnvironmentLeases = await LeaseBook.OpenAsync(_store);
        await StartReadyAsync();
    }

    private void Prepare(string id = "lease1") => Vm.Tell(new LeaseCommands.Prepare(LeaseSamples.Lease(id) with { Deadline = Time.GetUtcNow().AddSeconds(60) }, Guest("guest-fsfreeze-freeze")), _holder);

    private async Task PreparedAsync()
    {
        await StartWithLeasesAsync();
        Prepare();
        await PhaseAsync(LeasePhase.Prepared);
    }

    private async Task FrozenAsync()
    {
        await PreparedAsync();
        Vm.Tell(new LeaseCommands.Freeze("lease1"), _holder);
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-fsfreeze-freeze"), "1");
        await PhaseAsync(LeasePhase.Frozen);
    }

    private async Task<LeaseEvents.Changed> PhaseAsync(LeasePhase phase) => await _holder.FishForMessageAsync<LeaseEvents.Changed>(changed => changed.Machine.Phase == phase, Limit);

    private Task<LeaseReplies.ThawTold> ThawAnyAsync(bool force) => Vm.Ask<LeaseReplies.ThawTold>(new LeaseCommands.ThawAny(force), Limit);

    private async Task<FleetEvent> FreezeEventAsync() => await Events.FishForMessageAsync<FleetEvent>(happened => happened.Name == "GUEST_FSFREEZE_CHANGED", Limit);

    private static (string State, string? Lease, int Filesystems) Told(FleetEvent happened)
    {
        var data = JsonElement.Parse(DataOf(happened));
        return (data.GetProperty("state").GetString()!, data.TryGetProperty("lease", out var lease) ? lease.GetString() : null, data.TryGetProperty("filesystems", out var count) ? count.GetInt32() : 0);
    }
}
