using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;

namespace Orchestrator.Actors.Tests.Freezing;

public sealed class FreezeGroupActorTests : FreezeTest
{
    [Fact]
    public async Task All_leases_are_written_before_the_first_VM_is_frozen()
    {
        Create();
        await ResolveAsync(2);
        var (first, second) = (await PrepareAsync(0), await PrepareAsync(1));
        Assert.Equal(("web1", "host1", "backup", TimeSpan.FromSeconds(60), Time.GetUtcNow().AddSeconds(60)), (first.Lease.Vm, first.Lease.Host, first.Lease.Owner, first.Lease.Ttl, first.Lease.Deadline));
        Assert.Equal(first.Lease.Group, second.Lease.Group);

        first.Prepared();
        await SettleAsync(Vms[0].LastSender);
        Assert.False(Vms[0].HasMessages);
        second.Prepared();
        await first.FreezesAsync();
        Advance(0.25);
        await second.FreezesAsync(filesystems: 3);

        var group = await GroupAsync();
        Assert.Equal((FreezeGroupPhase.Frozen, TimeSpan.FromSeconds(0.25)), (group.Phase, group.Skew));
        Assert.Equal([(FreezeStage.Frozen, Consistency.Fs, 1), (FreezeStage.Frozen, Consistency.Fs, 3)], group.Members.Select(member => (member.Stage, member.Consistency!.Value, member.Filesystems)));
    }

    [Fact]
    public async Task A_VM_that_is_denied_keeps_all_others_from_being_frozen()
    {
        Create();
        await ResolveAsync(2);
        var (first, second) = (await PrepareAsync(0), await PrepareAsync(1));
        first.Prepared();
        second.Deny(Reasons.AgentAbsent);
        await first.ThawsAsync();

        var group = await GroupAsync();

        Assert.Equal(FreezeGroupPhase.Failed, group.Phase);
        Assert.Equal([(FreezeStage.Skipped, Reasons.GroupFailed), (FreezeStage.Failed, Reasons.AgentAbsent)], group.Members.Select(member => (member.Stage, member.Reason!)));
    }

    [Fact]
    public async Task A_freeze_that_fails_thaws_those_that_are_frozen()
    {
        Create();
        await ResolveAsync(2);
        var (first, second) = (await PrepareAsync(0), await PrepareAsync(1));
        first.Prepared();
        second.Prepared();
        await first.FreezesAsync();
        await second.FreezesAsync(FreezeEnd.Unknown, 0, Reasons.ReplyLost);
        second.On(new LeaseInput.StatusTold(true));
        await first.ThawsAsync();
        await second.ThawsAsync();

        var group = await GroupAsync();

        Assert.Equal(FreezeGroupPhase.Failed, group.Phase);
        Assert.Equal([(FreezeStage.Thawed, Reasons.GroupFailed, true), (FreezeStage.Failed, Reasons.ReplyLost, false)], group.Members.Select(member => (member.Stage, member.Reason!, member.FrozenFor is not null)));
    }

    [Fact]
    public async Task Where_anything_will_do_a_VM_without_an_agent_is_taken_as_it_is()
    {
        Create(FreezeRequirement.Any);
        await ResolveAsync(2);
        var (first, second) = (await PrepareAsync(0), await PrepareAsync(1));
        second.Deny(Reasons.AgentAbsent);
        first.Prepared();
        await first.FreezesAsync();

        var group = await GroupAsync();

        Assert.Equal(FreezeGroupPhase.Frozen, group.Phase);
        Assert.Equal([(FreezeStage.Frozen, Consistency.Fs), (FreezeStage.Accepted, Consistency.Crash)], group.Members.Select(member => (member.Stage, member.Consistency!.Value)));
    }

    [Fact]
    public async Task Applications_take_part_only_where_something_says_so()
    {
        Create(FreezeRequirement.App);
        await ResolveAsync(1);

        var group = await GroupAsync();

        Assert.Equal((FreezeGroupPhase.Failed, Reasons.FreezeHookAbsent), (group.Phase, group.Members[0].Reason));
        Assert.IsType<LeaseCommands.Thaw>(await Vms[0].ExpectMsgAsync<object>());
    }

    [Fact]
    public async Task A_group_is_thawed_on_request_and_answers_when_all_are()
    {
        var (id, leases) = await FrozenAsync(2);
        Freezes.Tell(new FreezeCommands.Thaw(id), TestActor);
        await leases[0].ThawsAsync();
        await leases[1].ThawsAsync();

        var group = await GroupAsync();

        Assert.Equal(FreezeGroupPhase.Thawed, group.Phase);
        Assert.All(group.Members, member => Assert.Equal((FreezeStage.Thawed, ThawCause.Requested, TimeSpan.FromSeconds(2)), (member.Stage, member.Cause!.Value, member.FrozenFor!.Value)));
        Assert.Equal(FreezeGroupPhase.Thawed, (await AskAsync<FreezeReplies.Group>(new FreezeCommands.Thaw(id))).Snapshot.Phase);
    }

    [Fact]
    public async Task A_thaw_that_fails_is_told_and_the_group_ends_when_it_succeeds()
    {
        var (id, leases) = await FrozenAsync(1);
        Freezes.Tell(new FreezeCommands.Thaw(id), TestActor);
        await leases[0].ThawsAsync("the agent is silent");
        var group = await GroupAsync();
        Assert.Equal((FreezeGroupPhase.Thawing, FreezeStage.ThawFailed, "the agent is silent"), (group.Phase, group.Members[0].Stage, group.Members[0].Message));

        leases[0].On(new LeaseInput.RetryDue());
        leases[0].On(new LeaseInput.ThawEnded(null));
        await SettleAsync(Vms[0].LastSender);

        Assert.Equal(FreezeGroupPhase.Thawed, (await AskAsync<FreezeReplies.Group>(new FreezeQueries.Get(id))).Snapshot.Phase);
    }

    [Fact]
    public async Task A_lease_that_expires_shows_why()
    {
        var (id, leases) = await FrozenAsync(1);
        leases[0].On(new LeaseInput.Expired());
        leases[0].On(new LeaseInput.ThawEnded(null));
        await SettleAsync(Vms[0].LastSender);

        var group = (await AskAsync<FreezeReplies.Group>(new FreezeQueries.Get(id))).Snapshot;

        Assert.Equal((FreezeGroupPhase.Thawed, ThawCause.Expired), (group.Phase, group.Members[0].Cause));
        Assert.Equal("lease-lost", (await AskAsync<FreezeReplies.Rejected>(new FreezeCommands.Extend(id, "backup", null))).Code);
    }

    [Fact]
    public async Task Only_the_owner_extends_and_the_VMs_say_until_when()
    {
        var (id, leases) = await FrozenAsync(1);
        Assert.Equal("not-owner", (await AskAsync<FreezeReplies.Rejected>(new FreezeCommands.Extend(id, "another", null))).Code);

        Freezes.Tell(new FreezeCommands.Extend(id, "backup", TimeSpan.FromSeconds(90)), TestActor);
        var extend = await Vms[0].ExpectMsgAsync<LeaseCommands.Extend>();
        Assert.Equal((leases[0].Lease.Id, TimeSpan.FromSeconds(90)), (extend.LeaseId, extend.Ttl));
        Vms[0].Reply(new LeaseReplies.Extended(extend.LeaseId, Time.GetUtcNow().AddSeconds(90)));
        Assert.Equal(Time.GetUtcNow().AddSeconds(90), (await GroupAsync()).Members[0].Deadline);

        Freezes.Tell(new FreezeCommands.Extend(id, "backup", null), TestActor);
        extend = await Vms[0].ExpectMsgAsync<LeaseCommands.Extend>();
        Vms[0].Reply(new LeaseReplies.Extended(extend.LeaseId, null));
        Assert.Equal("lease-lost", (await ExpectMsgAsync<FreezeReplies.Rejected>()).Code);
    }

    [Fact]
    public async Task A_VM_that_leaves_fails_its_group()
    {
        Create();
        await ResolveAsync(2);
        var (first, _) = (await PrepareAsync(0), await PrepareAsync(1));
        first.Prepared();
        Sys.Stop(Vms[1]);
        await first.ThawsAsync();

        var group = await GroupAsync();

        Assert.Equal((FreezeGroupPhase.Failed, Reasons.VmNotFound), (group.Phase, group.Members[1].Reason));
    }

    [Fact]
    public async Task A_VM_whose_actor_does_not_answer_fails_its_group_in_time()
    {
        Create();
        await ResolveAsync(1);
        await PrepareAsync(0);
        Advance(61);

        var group = await GroupAsync();

        Assert.Equal((FreezeGroupPhase.Failed, Reasons.NodeStopped), (group.Phase, group.Members[0].Reason));
    }

    [Fact]
    public async Task Groups_are_listed_newest_first_and_an_unknown_one_is_told()
    {
        var (first, _) = await FrozenAsync(1);
        Advance(1);
        var (second, _) = await FrozenAsync(1);

        Assert.Equal([second, first], (await AskAsync<FreezeReplies.Groups>(FreezeQueries.List.Instance)).Snapshots.Select(group => group.Id));
        Assert.Equal("freeze-not-found", (await AskAsync<FreezeReplies.Rejected>(new FreezeQueries.Get("01X"))).Code);
    }

    [Fact]
    public async Task A_selector_that_matches_nothing_is_told()
    {
        Create();
        await ResolveAsync(0);

        Assert.Equal("no-targets", (await ExpectMsgAsync<FreezeReplies.Rejected>()).Code);
    }

    [Fact]
    public async Task VMs_are_thawed_under_whichever_lease()
    {
        var (_, _) = await FrozenAsync(1);
        var asked = AskAsync<FreezeReplies.ThawedVms>(new FreezeCommands.ThawVms(Entries, Force: true));
        Assert.True((await Vms[0].ExpectMsgAsync<LeaseCommands.ThawAny>()).Force);
        Vms[0].Reply(new LeaseReplies.ThawTold(LeaseSamples.Vm(), ThawResult.Thawed, null));

        Assert.Equal([new ThawedVm(LeaseSamples.Vm(), ThawResult.Thawed, null)], (await asked).Vms);
    }

    private void Create(FreezeRequirement require = FreezeRequirement.Fs) =>
        Freezes.Tell(new FreezeCommands.Create(new FreezeSpec { Target = Target, Owner = "backup", Require = require }), TestActor);

    private async Task<FreezeGroupSnapshot> GroupAsync() => (await ExpectMsgAsync<FreezeReplies.Group>()).Snapshot;

    private async Task<(string Id, FreezeMemberLease[] Leases)> FrozenAsync(int count)
    {
        Create();
        await ResolveAsync(count);
        var leases = new FreezeMemberLease[count];
        for (var at = 0; at < count; at++)
            (leases[at] = await PrepareAsync(at)).Prepared();
        foreach (var lease in leases)
            await lease.FreezesAsync();
        return ((await GroupAsync()).Id, leases);
    }
}
