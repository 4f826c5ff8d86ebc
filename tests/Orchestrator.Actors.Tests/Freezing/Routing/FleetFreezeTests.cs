using Akka.Actor;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;

namespace Orchestrator.Actors.Tests.Freezing.Routing;

/// <summary>Groups over VMs of many nodes: all or none, and the truth about what cannot be known.</summary>
public sealed class FleetFreezeTests : FleetFreezeTest
{
    [Fact]
    public async Task VMs_of_all_nodes_are_frozen_together_and_thawed()
    {
        var (freezes, group) = await FrozenAsync();
        Assert.Equal(["a1", "a2", "b1", "b2"], group.Members.Select(member => member.Vm.Name));
        Assert.All(group.Members, member => Assert.Equal((FreezeStage.Frozen, 1, Time.GetUtcNow().AddSeconds(60)), (member.Stage, member.Filesystems, member.Deadline!.Value)));
        Assert.Equal(TimeSpan.Zero, group.Skew);

        Advance(3);
        var thawed = GroupOf(await freezes.Ask<object>(new FreezeCommands.Thaw(group.Id), Limit));

        Assert.Equal(FreezeGroupPhase.Thawed, thawed.Phase);
        Assert.All(thawed.Members, member => Assert.Equal((FreezeStage.Thawed, ThawCause.Requested, TimeSpan.FromSeconds(3)), (member.Stage, member.Cause!.Value, member.FrozenFor!.Value)));
        Assert.All(Guests, guest => Assert.Equal((false, 1, null), (guest.IsFrozen, guest.Freezes, guest.Row)));
    }

    [Fact]
    public async Task A_VM_of_another_node_that_is_denied_keeps_all_from_being_frozen()
    {
        await KnowAsync();
        B.Guests[1].Denial = Reasons.AgentAbsent;

        var group = GroupOf(await CreateAsync(Begin()));

        Assert.Equal(FreezeGroupPhase.Failed, group.Phase);
        Assert.Equal((FreezeStage.Failed, Reasons.AgentAbsent), (MemberOf(group, "b2").Stage, MemberOf(group, "b2").Reason));
        Assert.All(Guests, guest => Assert.Equal((0, null), (guest.Freezes, guest.Row)));
    }

    [Fact]
    public async Task The_owner_puts_the_end_off_on_all_nodes()
    {
        var (freezes, group) = await FrozenAsync();
        Advance(50);

        var extended = GroupOf(await freezes.Ask<object>(new FreezeCommands.Extend(group.Id, "backup", TimeSpan.FromSeconds(90)), Limit));

        Assert.All(extended.Members, member => Assert.Equal(Time.GetUtcNow().AddSeconds(90), member.Deadline));
        Advance(80);
        Assert.All(Guests, guest => Assert.True(guest.IsFrozen));
        Advance(10);
        await StandsAsync(freezes, group.Id, group => group.Phase == FreezeGroupPhase.Thawed, "all have thawed by themselves");
        Assert.All(Guests, guest => Assert.False(guest.IsFrozen));
    }

    [Fact]
    public async Task A_former_owner_of_the_duty_freezes_nothing_and_learns_that_it_is_one()
    {
        await KnowAsync();
        B.Epoch.Note(2);

        var answer = CreateAsync(Begin(epoch: 1));

        await Duty.ExpectMsgAsync<DutyLost>();
        Duty.LastSender.Tell(PoisonPill.Instance);
        Assert.Equal("moving", Assert.IsType<FreezeReplies.Rejected>(await answer).Code);
        Assert.All(Guests, guest => Assert.Equal(0, guest.Freezes));
        Advance(60);
        await SettleAllAsync();
        Assert.All(Guests, guest => Assert.Null(guest.Row));
    }

    [Fact]
    public async Task A_node_that_is_not_there_keeps_all_from_being_frozen()
    {
        B.IsUp = false;
        await KnowAsync();

        var group = GroupOf(await CreateAsync(Begin()));

        Assert.Equal(FreezeGroupPhase.Failed, group.Phase);
        Assert.Equal((FreezeStage.Failed, Reasons.HostUnreachable), (MemberOf(group, "b1").Stage, MemberOf(group, "b1").Reason));
        Assert.All(Guests, guest => Assert.Equal((0, null), (guest.Freezes, guest.Row)));
    }

    [Fact]
    public async Task Of_a_node_that_is_lost_nobody_knows_and_the_group_ends_all_the_same()
    {
        var (freezes, group) = await FrozenAsync();
        await B.StopAsync();
        await TellAsync(B, isUp: false);
        var lost = await StandsAsync(freezes, group.Id, group => MemberOf(group, "b1").Stage == FreezeStage.Unknown, "it is told that nobody knows");
        Assert.Equal((FreezeGroupPhase.Frozen, Reasons.HostUnreachable, FreezeStage.Frozen), (lost.Phase, MemberOf(lost, "b1").Reason, MemberOf(lost, "a1").Stage));

        // Who thaws is not kept waiting for what nobody can tell.
        var thawing = GroupOf(await freezes.Ask<object>(new FreezeCommands.Thaw(group.Id), Limit));
        Assert.Equal((FreezeGroupPhase.Thawing, FreezeStage.Thawed, FreezeStage.Unknown), (thawing.Phase, MemberOf(thawing, "a1").Stage, MemberOf(thawing, "b1").Stage));
        Assert.True(B.Guests[0].IsFrozen);

        Advance(90);
        var ended = await StandsAsync(freezes, group.Id, group => group.Phase == FreezeGroupPhase.Failed, "the group ends");
        Assert.Equal((FreezeStage.Unknown, Reasons.NodeLost), (MemberOf(ended, "b1").Stage, MemberOf(ended, "b1").Reason));

        B.Start();
        await TellAsync(B, isUp: true);
        var told = await StandsAsync(freezes, group.Id, group => MemberOf(group, "b1").Stage == FreezeStage.Thawed, "its node tells after all");
        Assert.Null(MemberOf(told, "b1").Message);
        Assert.All(Guests, guest => Assert.Equal((false, 1), (guest.IsFrozen, guest.Freezes)));
    }

    [Fact]
    public async Task A_node_that_comes_back_before_the_end_has_what_it_had_and_hears_of_the_thaw()
    {
        var (freezes, group) = await FrozenAsync();
        await TellAsync(B, isUp: false);
        await StandsAsync(freezes, group.Id, group => MemberOf(group, "b1").Stage == FreezeStage.Unknown, "it is lost");
        var thawing = GroupOf(await freezes.Ask<object>(new FreezeCommands.Thaw(group.Id), Limit));
        Assert.True(B.Guests[0].IsFrozen);
        Assert.Equal(FreezeGroupPhase.Thawing, thawing.Phase);

        await TellAsync(B, isUp: true);

        var ended = await StandsAsync(freezes, group.Id, group => group.Phase == FreezeGroupPhase.Thawed, "all are thawed");
        Assert.All(ended.Members, member => Assert.Equal((FreezeStage.Thawed, ThawCause.Requested, null, null), (member.Stage, member.Cause!.Value, member.Reason, member.Message)));
    }

    [Fact]
    public async Task A_node_that_is_back_with_nothing_asked_of_it_is_frozen_as_before()
    {
        var (freezes, group) = await FrozenAsync();
        await TellAsync(B, isUp: false);
        await StandsAsync(freezes, group.Id, group => MemberOf(group, "b1").Stage == FreezeStage.Unknown, "it is lost");

        await TellAsync(B, isUp: true);

        var found = await StandsAsync(freezes, group.Id, group => group.Members.All(member => member.Stage == FreezeStage.Frozen), "it is found");
        Assert.All(found.Members, member => Assert.Equal((null, null), (member.Reason, member.Message)));
        Assert.All(Guests, guest => Assert.Equal(1, guest.Freezes));
    }

    [Fact]
    public async Task Another_process_of_a_node_has_thawed_what_the_one_before_it_had_frozen()
    {
        var (freezes, group) = await FrozenAsync();
        await B.StopAsync();
        await TellAsync(B, isUp: false);
        B.Start();
        await TellAsync(B, isUp: true);

        var told = await StandsAsync(freezes, group.Id, group => MemberOf(group, "b2").Stage == FreezeStage.Thawed && MemberOf(group, "b1").Stage == FreezeStage.Thawed, "its VMs are thawed");

        Assert.Equal(ThawCause.Restarted, MemberOf(told, "b1").Cause);
        Assert.Equal((FreezeGroupPhase.Frozen, FreezeStage.Frozen), (told.Phase, MemberOf(told, "a1").Stage));
        Assert.All(B.Guests, guest => Assert.Equal((false, 1), (guest.IsFrozen, guest.Freezes)));
    }

    [Fact]
    public async Task A_node_that_is_lost_while_the_group_is_frozen_together_makes_all_thaw()
    {
        await KnowAsync();
        B.Guests[0].IsSilent = true;
        var freezes = Begin();
        var answer = CreateAsync(freezes);
        await AwaitAssertAsync(() => Assert.True(A.Guests[0].IsFrozen));
        await SettleAllAsync();

        await TellAsync(B, isUp: false);

        var group = GroupOf(await answer);
        Assert.Equal((FreezeGroupPhase.Thawing, FreezeStage.Unknown, FreezeStage.Thawed), (group.Phase, MemberOf(group, "b1").Stage, MemberOf(group, "a1").Stage));
        Assert.All(A.Guests, guest => Assert.False(guest.IsFrozen));
    }

    [Fact]
    public async Task VMs_are_thawed_by_name_wherever_they_are_and_those_of_a_lost_node_are_told()
    {
        var (freezes, _) = await FrozenAsync();
        await TellAsync(B, isUp: false);

        var thawed = await freezes.Ask<FreezeReplies.ThawedVms>(new FreezeCommands.ThawVms([.. Nodes.SelectMany(node => node.Entries)], Force: false), Limit);

        Assert.Equal([ThawResult.Thawed, ThawResult.Thawed, ThawResult.Pending, ThawResult.Pending], thawed.Vms.Select(vm => vm.Result));
        Assert.Equal([false, false, true, true], Guests.Select(guest => guest.IsFrozen));
        Assert.Contains("node b does not answer", thawed.Vms[2].Message);
    }
}
