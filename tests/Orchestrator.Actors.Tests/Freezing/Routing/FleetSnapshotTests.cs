using System.Text;
using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;
using Orchestrator.Protocol.Qapi;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.Freezing.Routing;

/// <summary>Snapshots of VMs of many nodes: planned where the files are, taken by jobs.</summary>
public sealed class FleetSnapshotTests : FleetFreezeTest
{
    [Fact]
    public async Task Disks_of_all_nodes_are_planned_there_and_taken_by_jobs()
    {
        var answer = await StartAsync();
        await PlanAsync(A, B);

        var taken = Assert.IsType<FreezeReplies.Snapshots>(await answer);
        Assert.All(taken.Vms, vm => Assert.Equal((Phase.Succeeded, Consistency.Fs, $"/vm/{vm.Vm.Name}.virtio0.nightly.qcow2"), (vm.Phase, vm.Consistency!.Value, vm.Files[0].Overlay)));
        Assert.All(Guests, guest => Assert.Equal((false, 1), (guest.IsFrozen, guest.Freezes)));
        var specs = (await Jobs.Ask<SnapshotJobs.Answer>(SnapshotJobs.Submitted.Instance, Limit)).Specs;
        Assert.All(specs, spec => Assert.Equal((CommandRoute.Qmp, "transaction", "snapshot nightly", CommandClass.NonIdempotent), (spec.Route, spec.Command.Name, spec.Comment, spec.Command.Class)));
        Assert.Equal(Guests.Select(guest => guest.Snapshot.Id.ToString()!).Order(), specs.Select(spec => spec.Target.Text).Order());
    }

    [Fact]
    public async Task A_file_that_exists_on_the_VMs_node_is_not_overwritten_and_nothing_is_frozen()
    {
        B.Files.Add("/vm/b2.virtio0.nightly.qcow2");
        var answer = await StartAsync();
        await PlanAsync(A, B);

        var taken = Assert.IsType<FreezeReplies.Snapshots>(await answer);

        Assert.Equal((Phase.Refused, Reasons.InvalidArgument), (taken.Vms[3].Phase, taken.Vms[3].Reason));
        Assert.Contains("/vm/b2.virtio0.nightly.qcow2 exists", taken.Vms[3].Message);
        Assert.All(Guests, guest => Assert.Equal(0, guest.Freezes));
    }

    [Fact]
    public async Task A_node_that_does_not_answer_keeps_all_from_being_frozen()
    {
        B.IsUp = false;
        var answer = await StartAsync();
        await PlanAsync(A);

        var taken = Assert.IsType<FreezeReplies.Snapshots>(await answer);

        Assert.Equal((Phase.Undelivered, Reasons.HostUnreachable), (taken.Vms[2].Phase, taken.Vms[2].Reason));
        Assert.All(Guests, guest => Assert.Equal(0, guest.Freezes));
    }

    [Fact]
    public async Task A_transaction_that_is_not_accepted_is_told_and_all_are_thawed()
    {
        Jobs.Tell(new SnapshotJobs.RejectNext("store-unavailable", "PostgreSQL is away"));
        var answer = await StartAsync();
        await PlanAsync(A, B);

        var taken = Assert.IsType<FreezeReplies.Snapshots>(await answer);

        Assert.Single(taken.Vms, vm => (vm.Phase, vm.Reason, vm.Message) == (Phase.Undelivered, Reasons.StoreUnavailable, "PostgreSQL is away"));
        Assert.Equal(3, taken.Vms.Count(vm => vm.Phase == Phase.Succeeded));
        Assert.All(Guests, guest => Assert.False(guest.IsFrozen));
    }

    [Fact]
    public async Task Whoever_waits_for_a_snapshot_hears_that_the_duty_has_moved()
    {
        await KnowAsync();
        var freezes = Begin();
        var answer = SnapshotAsync(freezes);
        await Eventually.TrueAsync(() => A.Invocations.Count == 2, Limit, "the disks are asked for");

        await freezes.GracefulStop(Limit);

        Assert.Equal("moving", Assert.IsType<FreezeReplies.Rejected>(await answer).Code);
    }

    private async Task<Task<object>> StartAsync()
    {
        await KnowAsync();
        return SnapshotAsync(Begin());
    }

    private Task<object> SnapshotAsync(IActorRef freezes) => freezes.Ask<object>(new FreezeCommands.Snapshot(new SnapshotSpec { Target = Target, Name = "nightly" }), Limit);

    /// <summary>QEMUs of these nodes tell their disks.</summary>
    private async Task PlanAsync(params LeaseNode[] nodes)
    {
        foreach (var node in nodes)
        {
            await Eventually.TrueAsync(() => node.Invocations.Count == 2, Limit, "its VMs are asked for their disks");
            foreach (var (vm, invocation) in node.Invocations)
            {
                Assert.Equal("query-block", invocation.Plan.Command.Name);
                var disks = $$$"""[{"device":"virtio0","removable":false,"inserted":{"ro":false,"file":"/vm/{{{vm}}}.img","node-name":"#block1"}}]""";
                invocation.ReplyTo.Tell(new FanOutEvents.InvocationEnded(invocation, new Outcome { Name = vm, Host = node.Name, Phase = Phase.Succeeded, Effect = Effect.None, Result = Encoding.UTF8.GetBytes(disks) }));
            }
        }
    }
}
