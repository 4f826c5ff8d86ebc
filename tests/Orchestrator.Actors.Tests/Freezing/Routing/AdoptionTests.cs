using Akka.Actor;
using Orchestrator.Actors.Freezing;

namespace Orchestrator.Actors.Tests.Freezing.Routing;

/// <summary>The duty moves: its new owner has nothing but what the VMs' nodes tell.</summary>
public sealed class AdoptionTests : FleetFreezeTest
{
    [Fact]
    public async Task The_new_owner_lists_the_groups_of_the_one_before()
    {
        var group = await MovedAsync();

        var listed = Assert.Single((await Begin(epoch: 2).Ask<FreezeReplies.Groups>(FreezeQueries.List.Instance, Limit)).Snapshots);

        Assert.Equal((group.Id, FreezeGroupPhase.Frozen, "backup", TimeSpan.FromSeconds(60)), (listed.Id, listed.Phase, listed.Spec.Owner, listed.Spec.Ttl));
        Assert.Equal(group.Members.Select(member => (member.LeaseId, FreezeStage.Frozen)), listed.Members.Select(member => (member.LeaseId, member.Stage)));
        Assert.Equal("'a1', 'a2', 'b1', 'b2'", listed.Spec.Target.Text);
    }

    [Fact]
    public async Task It_extends_and_thaws_them_and_the_old_one_does_not_any_more()
    {
        var group = await MovedAsync();
        var freezes = Begin(epoch: 2);

        Advance(50);
        var extended = GroupOf(await freezes.Ask<object>(new FreezeCommands.Extend(group.Id, "backup", TimeSpan.FromSeconds(120)), Limit));
        Assert.All(extended.Members, member => Assert.Equal(Time.GetUtcNow().AddSeconds(120), member.Deadline));
        Assert.Equal("not-owner", Assert.IsType<FreezeReplies.Rejected>(await freezes.Ask<object>(new FreezeCommands.Extend(group.Id, "other", null), Limit)).Code);

        Advance(60);
        Assert.All(Guests, guest => Assert.True(guest.IsFrozen));
        var thawed = GroupOf(await freezes.Ask<object>(new FreezeCommands.Thaw(group.Id), Limit));
        Assert.Equal(FreezeGroupPhase.Thawed, thawed.Phase);
        Assert.All(thawed.Members, member => Assert.Equal((FreezeStage.Thawed, 1), (member.Stage, member.Filesystems)));
        Assert.All(Guests, guest => Assert.Equal((false, 1, null), (guest.IsFrozen, guest.Freezes, guest.Row)));
    }

    [Fact]
    public async Task Nobody_asks_for_a_group_of_a_lost_owner_and_its_VMs_thaw_at_the_end_of_their_leases()
    {
        await MovedAsync();

        Advance(60);
        await SettleAllAsync();

        Assert.All(Guests, guest => Assert.Equal((false, null), (guest.IsFrozen, guest.Row)));
        Assert.Empty((await Begin(epoch: 2).Ask<FreezeReplies.Groups>(FreezeQueries.List.Instance, Limit)).Snapshots);
    }

    [Fact]
    public async Task A_group_of_which_a_node_knows_nothing_any_more_ends()
    {
        var group = await MovedAsync();
        var stale = B.Entries.ToArray();
        await B.StopAsync();
        B.Start();
        await TellAsync(B, isUp: true);
        await SettleAllAsync();
        Assert.All(B.Guests, guest => Assert.False(guest.IsFrozen));
        B.Guests[0].Row = stale[0].Snapshot.Lease;

        var found = await GetAsync(Begin(epoch: 2), group.Id);

        Assert.Equal(["a1", "a2", "b1"], found.Members.Select(member => member.Vm.Name));
    }

    [Fact]
    public async Task There_is_no_group_of_which_no_VM_has_a_lease()
    {
        await KnowAsync();
        var freezes = Begin();

        Assert.Equal("freeze-not-found", Assert.IsType<FreezeReplies.Rejected>(await freezes.Ask<object>(new FreezeQueries.Get("01ARYZ6S41TSV4RRFFQ69G5FAV"), Limit)).Code);
        Assert.Empty((await freezes.Ask<FreezeReplies.Groups>(FreezeQueries.List.Instance, Limit)).Snapshots);
    }

    /// <summary>All are frozen, and their owner's process is gone.</summary>
    private async Task<FreezeGroupSnapshot> MovedAsync()
    {
        var (freezes, group) = await FrozenAsync();
        await freezes.GracefulStop(Limit);
        Assert.All(Guests, guest => Assert.True(guest.IsFrozen));
        return group;
    }
}
