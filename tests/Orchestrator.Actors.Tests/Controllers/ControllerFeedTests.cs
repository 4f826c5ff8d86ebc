using System.Text;
using Akka.Actor;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.Vms;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.Controllers;

public sealed class ControllerFeedTests : ControllerTest
{
    [Fact]
    public async Task Events_that_fit_are_handled_in_order_from_the_first_start_on()
    {
        Happen("BEFORE");
        await SettleAsync(Events);
        var script = new Script { Events = new EventFilter { Types = ["A*"] } };
        await RunAsync(script);

        foreach (var name in (string[])["A1", "B1", "A2", "A3"])
            Happen(name);

        await CalledAsync(script, "start", "A1", "A2", "A3");
        await WhenAsync(found => found.Controller is { LagEvents: 0, Counts.Events: 3 }, "all are handled");
        Assert.Equal(ControllerHealth.Ok, (await GetAsync()).Controller.Health);
        Assert.False(script.HasOverlapped);
    }

    [Fact]
    public async Task What_happens_while_it_is_stopped_is_handled_after_the_restart_and_nothing_twice()
    {
        var script = new Script();
        await RunAsync(script);
        Happen("A");
        await WhenAsync(found => found.Controller.LagEvents == 0 && found.Controller.Counts.Events == 1, "the first is handled");
        await Eventually.TrueAsync(() => Store[Name]!.Cursor["host1"].Sequence == 1, Limit, "its place is kept");
        await StopAsync();
        Happen("B");
        await SettleAsync(Events);

        await RunAsync(script);

        await CalledAsync(script, "start", "A", "start", "B");
        Assert.Equal(2, script.Objects - 2);
    }

    [Fact]
    public async Task Values_are_kept_with_the_place_and_those_of_a_handler_that_failed_are_not()
    {
        var attempts = 0;
        var script = new Script
        {
            OnEvent = (context, happened, _) =>
            {
                context.Set("count", (int.Parse(context.Get("count") ?? "0") + 1).ToString());
                return ++attempts == 2 ? throw new InvalidOperationException("once") : Task.CompletedTask;
            },
        };
        await RunAsync(script);
        Happen("A");
        Happen("B");
        await WhenAsync(found => found.Controller.Counts.Retries == 1, "the second failed");
        Assert.Equal(ControllerHealth.Failing, (await GetAsync()).Controller.Health);
        Assert.Contains("once", (await GetAsync()).Controller.Message);
        Advance(1);

        await WhenAsync(found => found.Controller.Counts.Events == 2, "it was tried again");
        await Eventually.TrueAsync(() => Store[Name]!.Cursor["host1"].Sequence == 2, Limit, "its place is kept");
        Assert.Equal("2", Store[Name]!.Instances["fleet"].State["count"]);
        Assert.Equal((ControllerHealth.Ok, 0), ((await GetAsync()).Controller.Health, (await GetAsync()).Failures.Count));
    }

    [Fact]
    public async Task An_event_whose_handler_fails_four_times_is_listed_and_passed_over()
    {
        var script = new Script { OnEvent = (_, happened, _) => happened.Name == "BAD" ? throw new InvalidOperationException("always") : Task.CompletedTask };
        await RunAsync(script);
        Happen("BAD");
        Happen("GOOD");
        for (var (retry, pause) = (1, 1.0); retry <= 3; retry++, pause *= 2)
        {
            await WhenAsync(found => found.Controller.Counts.Retries == retry, $"attempt {retry} failed");
            await SettleAsync(Controllers);
            Advance(pause);
        }

        await CalledAsync(script, "start", "BAD", "BAD", "BAD", "BAD", "GOOD");
        await WhenAsync(found => found.Controller is { Counts.Events: 2, Health: ControllerHealth.Ok }, "it goes on");
        var failure = Assert.Single((await GetAsync()).Failures);
        Assert.Equal(("BAD", "vm1", 4, "fleet"), (failure.Event, failure.VmName, failure.Attempts, failure.Instance));
        Assert.Contains("always", failure.Error);
        await Eventually.TrueAsync(() => Store[Name]!.Failures.Count == 1, Limit, "it is kept");
        await StopAsync();
        await RunAsync(script);
        await WhenAsync(found => found.Failures.Count == 1, "it is known again");
        Assert.Equal(failure, (await GetAsync()).Failures[0]);
    }

    [Fact]
    public async Task A_handler_that_does_not_end_is_cancelled_then_left_alone_with_its_object()
    {
        var never = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        var script = new Script { Quota = new ControllerQuota(HandlerTimeout: TimeSpan.FromSeconds(5)) };
        script.OnEvent = (_, happened, token) =>
        {
            if (happened.Name != "STUCK" || never.Task.IsCompleted)
                return Task.CompletedTask;
            token.Register(cancelled.SetResult);
            return never.Task;
        };
        await RunAsync(script);
        Happen("STUCK");
        await CalledAsync(script, "start", "STUCK");
        Advance(5);
        await cancelled.Task.WaitAsync(Limit, TimeProvider.System);
        var stuck = script.Contexts.Last();
        Advance(10);
        await WhenAsync(found => found.Controller.Counts.Retries == 1, "it was left alone");
        Assert.Throws<InvalidOperationException>(() => stuck.Set("a", "b"));
        never.SetResult();
        Advance(1);

        await CalledAsync(script, "start", "STUCK", "start", "STUCK");
        Assert.Equal(3, script.Objects);
        await WhenAsync(found => found.Controller.Counts.Events == 1, "the new object has handled it");
    }

    [Fact]
    public async Task It_ticks_in_its_interval_without_catching_up()
    {
        var hold = new TaskCompletionSource();
        var script = new Script { Interval = TimeSpan.FromSeconds(10), OnTick = (_, _) => hold.Task };
        await RunAsync(script);
        await CalledAsync(script, "start");
        await WhenAsync(found => found.Instances.Count == 1, "it runs");
        Advance(10);
        await CalledAsync(script, "start", "tick");
        Advance(10);
        Advance(10);
        Advance(10);
        hold.SetResult();

        await CalledAsync(script, "start", "tick", "tick");
        await WhenAsync(found => found.Controller.Counts.Ticks == 2, "the ticks are done");
        await Eventually.TrueAsync(() => Store[Name]!.Instances["fleet"].Mark is { Starts: 1, Ticks: 2 }, Limit, "they are counted");
    }

    [Fact]
    public async Task A_paused_controller_handles_nothing_also_after_a_restart()
    {
        var script = new Script();
        await RunAsync(script);
        await CalledAsync(script, "start");
        var paused = await Controllers.Ask<ControllerReplies.Found>(new ControllerCommands.Pause(Name), Limit);
        Assert.Equal(ControllerHealth.Stopped, paused.Controller.Health);
        Assert.True(Store[Name]!.IsPaused);
        Happen("A");
        await SettleAsync(Events);
        await StopAsync();
        await RunAsync(script);
        await WhenAsync(found => found.Controller is { Health: ControllerHealth.Stopped, LagEvents: 1 }, "it is still paused");
        Assert.Single(script.Calls);

        var resumed = await Controllers.Ask<ControllerReplies.Found>(new ControllerCommands.Resume(Name), Limit);

        Assert.NotEqual(ControllerHealth.Stopped, resumed.Controller.Health);
        await CalledAsync(script, "start", "start", "A");
    }

    [Fact]
    public async Task Its_complaint_is_its_health()
    {
        var script = new Script { Complaint = "the disk is loud" };
        await RunAsync(script);

        await WhenAsync(found => found.Controller is { Health: ControllerHealth.Complaining, Message: "the disk is loud" }, "it complains");

        script.Complaint = null;
        Happen("A");
        await WhenAsync(found => found.Controller is { Health: ControllerHealth.Ok, Message: null }, "it is well");
    }

    [Fact]
    public async Task A_place_that_cannot_be_kept_stops_the_reading_until_it_can()
    {
        var script = new Script();
        await RunAsync(script);
        Happen("A");
        await WhenAsync(found => found.Controller is { Counts.Events: 1 }, "the first is handled");
        await Eventually.TrueAsync(() => Store[Name]!.Cursor["host1"].Sequence == 1, Limit, "its place is kept");
        Store.Failure = "no disk";
        Happen("B");
        await WhenAsync(found => found.Controller is { Health: ControllerHealth.Failing, Message: "no disk" }, "it says so");
        await Controllers.Ask<ControllerReplies.Rejected>(new ControllerCommands.Pause(Name), Limit);
        await Controllers.Ask<ControllerReplies.Rejected>(new ControllerCommands.Resume(Name), Limit);
        Store.Failure = null;
        await AdvanceUntilAsync(Eventually.TrueAsync(() => Store[Name]!.Cursor["host1"].Sequence == 2, Limit, "its place is kept"), 1);

        Happen("C");
        await CalledAsync(script, "start", "A", "B", "C");
        await WhenAsync(found => found.Controller.Health == ControllerHealth.Ok, "it is well");
    }

    [Fact]
    public async Task Its_own_events_are_logged_once_it_has_succeeded_and_not_given_to_itself()
    {
        var attempts = 0;
        var script = new Script
        {
            OnEvent = (context, happened, _) =>
            {
                context.Publish("DONE", """{ "of": 1 }"""u8.ToArray(), happened.Seen);
                context.Publish("FLEET_DONE", default, null);
                return ++attempts == 1 ? throw new InvalidOperationException() : Task.CompletedTask;
            },
        };
        await RunAsync(script);
        Happen("A");
        await WhenAsync(found => found.Controller.Counts.Retries == 1, "the first attempt failed");
        Advance(1);
        await WhenAsync(found => found.Controller is { Counts.Events: 1, LagEvents: 0 }, "it is done");

        var page = await Events.Ask<EventReplies.Page>(new EventQueries.Read(EventPosition.Beginning, 10, Wait: false), Limit);
        Assert.Equal(["io.orchestrator.qmp.A", "io.orchestrator.controller.DONE", "io.orchestrator.controller.FLEET_DONE"], page.Events.Select(happened => happened.Type));
        Assert.Equal(("vm1", "{\"of\":1}", "scripted", Provenance.Host), (page.Events[1].VmName, Encoding.UTF8.GetString(page.Events[1].Data.Span), page.Events[1].Controller, page.Events[1].Provenance));
        Assert.Equal(["start", "A", "A"], script.Calls);
        Happen("DONE", controller: "another");
        await CalledAsync(script, "start", "A", "A", "DONE");
    }

    [Fact]
    public async Task Facts_go_to_their_VMs_under_the_controllers_name()
    {
        var script = new Script
        {
            OnEvent = (context, happened, _) =>
            {
                context.SetFact(happened.Vm!.Value, "offset", "12 ms");
                context.SetFact(happened.Vm!.Value, "old", null);
                return Task.CompletedTask;
            },
        };
        var vm = Appear(1);
        await RunAsync(script);
        Happen("A");

        var set = await vm.ExpectMsgAsync<VmCommands.SetFacts>();
        Assert.Equal(new Dictionary<string, string?> { ["scripted.offset"] = "12 ms", ["scripted.old"] = null }, set.Facts);
    }

    [Fact]
    public async Task Notes_are_the_journal_of_which_the_last_hundred_are_kept()
    {
        var script = new Script
        {
            OnEvent = (context, _, _) =>
            {
                for (var line = 1; line <= 130; line++)
                    context.Note($"line {line}");
                return Task.CompletedTask;
            },
        };
        await RunAsync(script);
        Happen("A");

        await WhenAsync(found => found.Journal.Count == 100 && found.Journal[^1].Text == "line 130", "the journal is full");
        Assert.Equal(("line 31", "fleet"), ((await GetAsync()).Journal[0].Text, (await GetAsync()).Journal[0].Instance));
    }

    [Fact]
    public async Task One_that_is_off_is_listed_and_nothing_is_made_of_it()
    {
        var script = new Script();
        await RunAsync(script, ControllerMode.Off);

        var listed = await Controllers.Ask<ControllerReplies.Listed>(ControllerQueries.List.Instance, Limit);
        Assert.Equal((ControllerMode.Off, ControllerHealth.Stopped), (listed.Controllers[0].Mode, listed.Controllers[0].Health));
        Assert.Equal("controller-off", (await Controllers.Ask<ControllerReplies.Rejected>(new ControllerCommands.Pause(Name), Limit)).Code);
        Assert.Equal("controller-not-found", (await Controllers.Ask<ControllerReplies.Rejected>(new ControllerCommands.Pause("other"), Limit)).Code);
        Assert.Equal(1, script.Objects);
        Assert.Null(Store[Name]);
    }

    [Fact]
    public async Task A_store_that_cannot_be_read_is_asked_again()
    {
        Store.Failure = "no disk";
        var script = new Script();
        Controllers = Sys.ActorOf(ControllerSupervisor.PropsFor([Registration(script)], Environment()));
        await WhenAsync(found => found.Controller is { Health: ControllerHealth.Failing, Message: "no disk" }, "it says so");
        Store.Failure = null;
        await SettleAsync(Controllers);
        Advance(1);

        await CalledAsync(script, "start");
    }

    [Fact]
    public async Task A_log_that_forgot_events_is_a_gap_for_the_handler()
    {
        await Store.SaveAsync(new ControllerCheckpoint(Name, EventCursor.Beginning.With("host1", new EventPosition(1, 5)), false));
        Happen("A");
        await SettleAsync(Events);
        var script = new Script();
        await RunAsync(script);

        await CalledAsync(script, "start", "gap Foreign", "A");
        await WhenAsync(found => found.Journal.Any(note => note.Text.Contains("events are missing", StringComparison.Ordinal)), "the journal tells it");
    }
}
