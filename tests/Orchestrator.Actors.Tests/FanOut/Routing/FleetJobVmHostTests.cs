using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.FanOut;

namespace Orchestrator.Actors.Tests.FanOut.Routing;

/// <summary>Jobs whose VMs are those of a remote VmHost, which goes from one node to another.</summary>
public sealed class FleetJobVmHostTests : FleetJobTest
{
    private static readonly VmHostInfo First = new("a", "n1", 1, "akka.tcp://test@n1:1", "/system/x", 3);
    private static readonly VmHostInfo Second = First with { Node = "n2", NodeIncarnation = 4, Address = "akka.tcp://test@n2:1", Epoch = 5 };

    [Fact]
    public async Task What_was_sent_to_the_node_before_is_asked_about_at_the_next_and_not_sent_anew()
    {
        await ServeAsync(First);
        var job = await SubmitAsync(1);
        var sent = await TakeAsync(A);
        Assert.Equal((3, false), (sent.Incarnation, sent.IsReconciliation));

        ActAs(new VmHostEvents.Down(First, default));
        await SettleAllAsync();
        Assert.Equal((PendingPhase.Reconciling, Reasons.HostUnreachable), await StateAsync(job, 0) is var state ? (state.Pending, state.Reason) : default);
        ActAs(new VmHostEvents.Up(Second));

        var asked = await TakeAsync(A);
        Assert.Equal((5, true), (asked.Incarnation, asked.IsReconciliation));
        Assert.Equal(OrdinalsOf(sent), OrdinalsOf(asked));
        End(A, asked, 1, Ended(0, Phase.Unknown, Effect.Unknown));
        await EndedAsync(job);
        Assert.Equal(Phase.Unknown, Store.Job(job)!.Outcomes[0].Outcome.Phase);
    }

    [Fact]
    public async Task What_had_not_been_sent_goes_to_the_next_node_as_if_nothing_had_been()
    {
        await ServeAsync(First);
        ActAs(new VmHostEvents.Down(First, default));
        var job = await SubmitAsync(1, Ping());
        await SilentAsync(A);

        ActAs(new VmHostEvents.Up(Second));

        var sent = await TakeAsync(A);
        Assert.Equal((5, false), (sent.Incarnation, sent.IsReconciliation));
        End(A, sent, 1, Ended(0));
        await EndedAsync(job);
    }

    [Fact]
    public async Task Late_word_of_the_node_before_changes_nothing()
    {
        await ServeAsync(Second);
        ActAs(new VmHostEvents.Down(First, default));

        await SubmitAsync(1);

        Assert.Equal(5, (await TakeAsync(A)).Incarnation);
    }

    private async Task ServeAsync(VmHostInfo host)
    {
        ActAsGone(Node("a", 1));
        await BeginAsync();
        ActAs(new VmHostEvents.Up(host));
        await SettleAllAsync();
    }
}
