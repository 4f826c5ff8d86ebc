using Akka.Actor;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Actors.Events;
using Orchestrator.Protocol.Commands;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.Controllers;

/// <summary>Controllers go to another node, or this one loses them.</summary>
public sealed class ControllerHandoverTests : ControllerTest
{
    [Fact]
    public async Task It_may_be_stopped_and_begun_again_and_again_and_each_event_is_handled_once_at_least_in_order()
    {
        var script = new Script();
        for (var life = 0; life < 4; life++)
        {
            await RunAsync(script);
            for (var number = 0; number < 3; number++)
                Happen($"E{(3 * life) + number:00}");
            if (life % 2 == 0)
                await Eventually.TrueAsync(() => script.Calls.Contains($"E{3 * life:00}"), Limit, "some are handled");
            await StopAsync();
        }
        await RunAsync(script);
        await Eventually.TrueAsync(() => script.Calls.Contains("E11"), Limit, "all are handled");

        var handled = script.Calls.Where(call => call.StartsWith('E')).ToArray();
        Assert.Equal(Enumerable.Range(0, 12).Select(number => $"E{number:00}"), handled.Distinct());
        Assert.False(script.HasOverlapped);
    }

    [Fact]
    public async Task Commands_of_an_event_that_is_handled_again_on_another_node_have_the_same_keys()
    {
        var script = new Script { OnEvent = (context, _, token) => context.Commands(Id(1)).ExecuteAsync(EncodedCommand.ForGuest("guest-fstrim"), token) };
        Jobs.End = _ => FakeJobs.Succeeded("{}");
        await RunAsync(script);
        Store.IsImmediate = false;
        Happen("A");
        await WhenAsync(found => found.Controller.Counts.Events == 1, "it is handled");
        await StopAsync();
        Store.Kill();
        Store.IsImmediate = true;

        Controllers = Sys.ActorOf(ControllerSupervisor.PropsFor([Registration(script)], Environment() with { Host = "host2", Logs = Environment().Logs }), "other-node");
        await WhenAsync(found => found.Controller.Counts.Events == 1, "it is handled again");

        Assert.Equal(["start", "A", "start", "A"], script.Calls);
        Assert.Single(Jobs.Sent.Distinct());
    }

    [Fact]
    public async Task A_store_that_says_that_the_duty_is_lost_ends_all_handlers()
    {
        var script = new Script();
        var parent = Own(script);
        await Eventually.TrueAsync(() => Store[Name] is not null, Limit, "it has begun");
        Store.Fatal = Lost();
        Happen("A");

        await ExpectMsgAsync<DutyLost>();
        await ExpectMsgAsync(HandoverParent.Ended);
        Happen("B");
        await SettleAsync(Events);
        Advance(60);
        await SettleAsync(parent);
        Assert.DoesNotContain("B", script.Calls);
        Store.Fatal = null;
        await RunAsync(script);
        await Eventually.TrueAsync(() => script.Calls.Contains("B"), Limit, "the next owner goes on");
        // Whether the first one had come to A when it heard of it does not matter.
        var calls = script.Calls.ToList();
        Assert.Equal(["start", "A", "B"], calls[calls.LastIndexOf("start")..]);
    }

    [Fact]
    public async Task A_duty_that_is_lost_before_the_first_place_is_kept_ends_them_too()
    {
        Store.Fatal = Lost();
        Own(new Script());

        await ExpectMsgAsync<DutyLost>();
        await ExpectMsgAsync(HandoverParent.Ended);
    }

    [Fact]
    public async Task A_log_that_does_not_answer_is_noted_and_holds_nothing_up()
    {
        var (script, environment) = (new Script(), Environment());
        Controllers = Sys.ActorOf(ControllerSupervisor.PropsFor([Registration(script)], environment));
        await Eventually.TrueAsync(() => Store[Name] is not null, Limit, "it has begun");
        environment.Logs.MarkUnreachable("far", Time.GetUtcNow());
        await WhenAsync(found => found.Journal.Any(note => note.Text.Contains("events of far are not read", StringComparison.Ordinal)), "it is noted");
        Happen("A");
        await CalledAsync(script, "start", "A");

        var far = CreateTestProbe();
        environment.Logs.Put("far", far, isRemote: true);
        await far.ExpectMsgAsync<EventQueries.Find>();
        far.Reply(new EventReplies.Found(new EventPosition(5, 6)));
        await far.ExpectMsgAsync<EventQueries.Read>();
        far.Reply(new EventReplies.Page([Event("FAR", 2) with { Epoch = 5, Sequence = 7 }], new EventPosition(5, 7), null, true));

        await CalledAsync(script, "start", "A", "FAR");
        await Eventually.TrueAsync(() => Store[Name]!.Cursor["far"] == new EventPosition(5, 7), Limit, "its place in that log is kept");
    }

    private static ControllerStoreException Lost() => new("not yours", new DutyLostException("another node has it"));

    private IActorRef Own(Script script) => Sys.ActorOf(HandoverParent.PropsFor(ControllerSupervisor.PropsFor([Registration(script)], Environment()), TestActor));
}
