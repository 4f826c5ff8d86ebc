using System.Text;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;

namespace Orchestrator.Actors.Tests.Freezing;

public sealed class SnapshotActorTests : FreezeTest
{
    [Fact]
    public async Task Disks_are_asked_for_then_all_are_frozen_then_each_is_taken_and_thawed_at_once()
    {
        var leases = await FrozenAsync(2);
        var (first, second) = (await InvocationAsync(0), await InvocationAsync(1));
        Assert.Equal("transaction", first.Plan.Command.Name);

        await EndAsync(0, first);
        await leases[0].ThawsAsync();
        Assert.False(Vms[1].HasMessages);
        await EndAsync(1, second);
        await leases[1].ThawsAsync();

        var taken = await ExpectMsgAsync<FreezeReplies.Snapshots>();
        Assert.Equal(TimeSpan.Zero, taken.Skew);
        Assert.All(taken.Vms, vm => Assert.Equal((Phase.Succeeded, Consistency.Fs, TimeSpan.FromSeconds(2)), (vm.Phase, vm.Consistency!.Value, vm.FrozenFor!.Value)));
        Assert.Equal(["/vm/web1.img", "/vm/web2.img"], taken.Vms.Select(vm => vm.Files[0].Base));
    }

    [Fact]
    public async Task All_are_thawed_together_where_that_is_asked_for()
    {
        var leases = await FrozenAsync(2, thawEach: false);
        var (first, second) = (await InvocationAsync(0), await InvocationAsync(1));

        await EndAsync(0, first);
        await SettleAsync(Freezes);
        Assert.False(Vms[0].HasMessages);
        await EndAsync(1, second);
        await leases[0].ThawsAsync();
        await leases[1].ThawsAsync();

        Assert.All((await ExpectMsgAsync<FreezeReplies.Snapshots>()).Vms, vm => Assert.Equal(Phase.Succeeded, vm.Phase));
    }

    [Fact]
    public async Task A_transaction_that_fails_is_told_and_its_VM_is_thawed_like_the_others()
    {
        var leases = await FrozenAsync(2);
        var (first, second) = (await InvocationAsync(0), await InvocationAsync(1));
        await EndAsync(0, first, Phase.Refused, Reasons.QmpError);
        await EndAsync(1, second);
        await leases[0].ThawsAsync();
        await leases[1].ThawsAsync();

        var taken = await ExpectMsgAsync<FreezeReplies.Snapshots>();

        Assert.Equal([(Phase.Refused, Reasons.QmpError), (Phase.Succeeded, null)], taken.Vms.Select(vm => (vm.Phase, vm.Reason)));
        Assert.Null(taken.Vms[0].Consistency);
    }

    [Fact]
    public async Task A_freeze_that_ended_before_the_disks_were_done_with_is_no_success()
    {
        var leases = await FrozenAsync(1);
        var transaction = await InvocationAsync(0);
        leases[0].On(new LeaseInput.Expired());
        leases[0].On(new LeaseInput.ThawEnded(null));
        await EndAsync(0, transaction);

        var vm = Assert.Single((await ExpectMsgAsync<FreezeReplies.Snapshots>()).Vms);

        Assert.Equal((Phase.Failed, Reasons.FreezeLost, Consistency.Crash), (vm.Phase, vm.Reason, vm.Consistency!.Value));
    }

    [Fact]
    public async Task A_VM_whose_disks_cannot_be_asked_for_keeps_all_from_being_frozen()
    {
        Start();
        await ResolveAsync(2);
        await EndAsync(0, await InvocationAsync(0), Phase.Undelivered, Reasons.HostUnreachable);
        await EndAsync(1, await InvocationAsync(1), result: Disks("web2"));

        var taken = await ExpectMsgAsync<FreezeReplies.Snapshots>();

        Assert.Equal([(Phase.Undelivered, Reasons.HostUnreachable), (Phase.Skipped, Reasons.GroupFailed)], taken.Vms.Select(vm => (vm.Phase, vm.Reason!)));
        Assert.All(Vms, vm => Assert.False(vm.HasMessages));
    }

    [Fact]
    public async Task A_group_that_cannot_be_frozen_leaves_every_disk_as_it_was()
    {
        Start();
        await ResolveAsync(2);
        await EndAsync(0, await InvocationAsync(0), result: Disks("web1"));
        await EndAsync(1, await InvocationAsync(1), result: Disks("web2"));
        var (first, second) = (await PrepareAsync(0), await PrepareAsync(1));
        first.Prepared();
        second.Deny(Reasons.AgentAbsent);
        await first.ThawsAsync();

        var taken = await ExpectMsgAsync<FreezeReplies.Snapshots>();

        Assert.Equal([(Phase.Skipped, Reasons.GroupFailed), (Phase.Failed, Reasons.AgentAbsent)], taken.Vms.Select(vm => (vm.Phase, vm.Reason!)));
        Assert.All(taken.Vms, vm => Assert.Empty(vm.Files));
    }

    [Fact]
    public async Task A_VM_that_writes_to_no_disk_is_left_out()
    {
        Start();
        await ResolveAsync(1);
        await EndAsync(0, await InvocationAsync(0), result: "[]");

        var vm = Assert.Single((await ExpectMsgAsync<FreezeReplies.Snapshots>()).Vms);

        Assert.Equal((Phase.Skipped, Reasons.NoWritableDisk), (vm.Phase, vm.Reason));
    }

    [Fact]
    public async Task A_VM_whose_actor_does_not_answer_is_unknown_and_thawed()
    {
        var leases = await FrozenAsync(1);
        await InvocationAsync(0);
        Advance(76);
        await leases[0].ThawsAsync();

        Assert.Equal((Phase.Unknown, Reasons.NodeStopped), (await ExpectMsgAsync<FreezeReplies.Snapshots>()).Vms.Select(vm => (vm.Phase, vm.Reason!)).Single());
    }

    private void Start(bool thawEach = true) => Freezes.Tell(new FreezeCommands.Snapshot(new SnapshotSpec { Target = Target, Name = "nightly", ThawEach = thawEach }), TestActor);

    private async Task<FreezeMemberLease[]> FrozenAsync(int count, bool thawEach = true)
    {
        Start(thawEach);
        await ResolveAsync(count);
        for (var at = 0; at < count; at++)
            await EndAsync(at, await InvocationAsync(at), result: Disks($"web{at + 1}"));
        var leases = new FreezeMemberLease[count];
        for (var at = 0; at < count; at++)
            (leases[at] = await PrepareAsync(at)).Prepared();
        foreach (var lease in leases)
            await lease.FreezesAsync();
        return leases;
    }

    private async Task<Invocation> InvocationAsync(int vm) => await Vms[vm].ExpectMsgAsync<Invocation>();

    private static string Disks(string vm) => $$$"""[{"device":"virtio0","removable":false,"inserted":{"ro":false,"file":"/vm/{{{vm}}}.img","node-name":"n"}}]""";

    private async Task EndAsync(int vm, Invocation invocation, Phase phase = Phase.Succeeded, string? reason = null, string result = "{}")
    {
        invocation.ReplyTo.Tell(
            new FanOutEvents.InvocationEnded(invocation, new Outcome { Name = $"web{vm + 1}", Host = "host1", Phase = phase, Reason = reason, Effect = Effect.Applied, Result = Encoding.UTF8.GetBytes(result) }),
            Vms[vm]);
        await SettleAsync(invocation.ReplyTo);
    }
}
