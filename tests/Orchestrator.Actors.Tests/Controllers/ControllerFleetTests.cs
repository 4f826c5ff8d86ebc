using System.Text;
using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.Clients;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.Controllers;

/// <summary>Controllers and VMs of other nodes.</summary>
public sealed class ControllerFleetTests : ControllerTest
{
    private static readonly EncodedCommand GetOsInfo = EncodedCommand.ForGuest("guest-get-osinfo");

    [Fact]
    public async Task What_is_read_of_another_nodes_VM_is_a_job_without_a_key()
    {
        Jobs.End = _ => FakeJobs.Succeeded("""{"id":"debian"}""");
        string? answer = null;
        var vm = AppearOn("node2", 1);
        await RunAsync(new Script { OnEvent = async (context, _, token) => answer = Encoding.UTF8.GetString((await context.Commands(Id(1)).ExecuteAsync(GetOsInfo, token)).Span) });

        Happen("A");
        await WhenAsync(found => found.Controller is { Counts.Events: 1, Counts.Commands: 1 }, "it is done");

        Assert.Equal("""{"id":"debian"}""", answer);
        Assert.Equal([" guest-get-osinfo"], Jobs.Sent);
        Assert.Equal(Id(1).ToString(), Assert.Single(Jobs.Specs).Target.Text);
        Assert.False(vm.HasMessages);
    }

    [Theory]
    [InlineData(false, Phase.Undelivered, Reasons.AgentAbsent)]
    [InlineData(true, Phase.Failed, Reasons.OutputLost)]
    public async Task It_fails_as_the_job_did_or_if_its_answer_is_not_here(bool succeeds, Phase phase, string reason)
    {
        Jobs.End = _ => succeeds ? FakeJobs.Succeeded("") : FakeJobs.Undelivered();
        Outcome? outcome = null;
        AppearOn("node2", 1);
        await RunAsync(new Script { OnEvent = async (context, _, token) => outcome = (await Assert.ThrowsAsync<OutcomeException>(() => context.Commands(Id(1)).ExecuteAsync(GetOsInfo, token))).Outcome });

        Happen("A");
        await WhenAsync(found => found.Controller.Counts.Events == 1, "it is done");

        Assert.Equal((phase, reason), (outcome!.Phase, outcome.Reason));
    }

    [Fact]
    public async Task A_VM_of_this_node_is_asked_itself_also_in_a_cluster()
    {
        var vm = AppearOn("host1", 1);
        await RunAsync(new Script { OnEvent = async (context, _, token) => await context.Commands(Id(1)).ExecuteAsync(GetOsInfo, token) });

        Happen("A");

        var invocation = await vm.ExpectMsgAsync<Invocation>();
        vm.Reply(new FanOutEvents.InvocationEnded(invocation, FakeJobs.Succeeded("{}")));
        await WhenAsync(found => found.Controller.Counts.Events == 1, "it is done");
        Assert.Empty(Jobs.Sent);
    }

    [Fact]
    public async Task Facts_of_another_nodes_VM_are_set_when_it_says_so_and_the_handler_is_tried_again_until_then()
    {
        var vm = AppearOn("node2", 1);
        var calls = 0;
        await RunAsync(new Script
        {
            OnEvent = (context, happened, _) =>
            {
                calls++;
                for (var fact = 0; fact < 30; fact++)
                    context.SetFact(happened.Vm!.Value, $"fact{fact}", "x");
                return Task.CompletedTask;
            },
        });
        Happen("A");
        Assert.Equal(24, (await vm.ExpectMsgAsync<VmCommands.SetFacts>()).Facts.Count);

        // The answer is lost.
        await AdvanceUntilAsync(Eventually.TrueAsync(async () => (await GetAsync()).Controller.Counts.Retries == 1, Limit, "the handler has failed"), 0.1);
        await AdvanceUntilAsync(Eventually.TrueAsync(() => vm.HasMessages, Limit, "it is tried again"), 0.1);
        var again = await vm.ExpectMsgAsync<VmCommands.SetFacts>();
        vm.Reply(VmReplies.FactsSet.Instance);
        var rest = await vm.ExpectMsgAsync<VmCommands.SetFacts>();
        vm.Reply(VmReplies.FactsSet.Instance);

        await WhenAsync(found => found.Controller.Counts.Events == 1, "it is done");
        Assert.Equal((24, 6, 2), (again.Facts.Count, rest.Facts.Count, calls));
    }

    /// <summary>A VM that a node of the cluster has.</summary>
    private TestProbe AppearOn(string node, int number)
    {
        var vm = CreateTestProbe();
        Inventory.Tell(new InventoryCommands.Take([new InventoryEntry(Vm(number) with { Host = node }, vm) { Node = node }], []));
        return vm;
    }
}
