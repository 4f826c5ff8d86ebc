using Akka.Actor;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.Tests.FanOut.Selectors;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.Controllers;

/// <summary>One instance per VM.</summary>
public sealed class ControllerVmScopeTests : ControllerTest
{
    private static Script PerVm(string? selector = null) => new() { Scope = ControllerScope.Vm, Events = new EventFilter { Vms = selector is null ? null : Sample.Parse(selector) } };

    [Fact]
    public async Task VMs_of_the_inventory_that_fit_have_instances_and_others_begin_with_their_first_event()
    {
        Appear(1);
        Appear(2);
        var script = PerVm("vm1 or vm3");
        await RunAsync(script);
        await WhenAsync(found => found.Controller.Instances == 1, "the one that fits is there");
        Appear(3);
        await WhenAsync(found => found.Controller.Instances == 2, "the new one is there, too");
        Happen("A", vm: 3);
        Happen("A", vm: 2);
        Happen("B", vm: 1);

        await Eventually.TrueAsync(() => script.Calls.Count == 4, Limit, "all are called");
        Assert.Equal(["1 B", "1 start", "3 A", "3 start"], script.Calls.Order());
        var found = await GetAsync();
        Assert.Equal([Id(1).ToString(), Id(3).ToString()], found.Instances.Select(instance => instance.Key));
        Assert.Equal(["vm1", "vm3"], found.Instances.Select(instance => instance.VmName));
    }

    [Fact]
    public async Task Instances_do_not_wait_for_each_other_and_the_place_waits_for_the_slowest()
    {
        var hold = new TaskCompletionSource();
        Appear(1);
        Appear(2);
        var script = PerVm();
        script.OnEvent = (context, _, _) => context.Vm == Id(1) ? hold.Task : Task.CompletedTask;
        await RunAsync(script);
        await WhenAsync(found => found.Controller.Instances == 2, "both are there");
        Happen("A", vm: 1);
        for (var number = 0; number < 20; number++)
            Happen("B", vm: 2);
        await WhenAsync(found => found.Controller.Counts.Events == 20, "the other has handled all");
        Advance(1);
        await Eventually.TrueAsync(() => Store[Name]!.Instances.GetValueOrDefault(Id(2).ToString())?.Mark.Cursor["host1"].Sequence == 21, Limit, "its own place is kept");
        Assert.Equal(0, Store[Name]!.Cursor["host1"].Sequence);
        Assert.Equal((1, 21), ((await GetAsync()).Instances[0].Waiting, (int)(await GetAsync()).Controller.LagEvents!));
        hold.SetResult();

        await Eventually.TrueAsync(() => Store[Name]!.Cursor["host1"].Sequence == 21, Limit, "all is kept");
        await StopAsync();
        await RunAsync(script);
        await WhenAsync(found => found.Controller is { LagEvents: 0, Instances: 2 }, "it has read on");
        Assert.Equal(21, script.Calls.Count(call => !call.EndsWith("start", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_instance_whose_VM_left_ends_once_its_events_are_handled_and_comes_back_with_its_values()
    {
        var hold = new TaskCompletionSource();
        var vm = Appear(1);
        Appear(2);
        var script = PerVm();
        script.OnEvent = async (context, happened, _) =>
        {
            context.Set(happened.Name, "seen");
            if (happened.Name == "SLOW")
                await hold.Task;
        };
        await RunAsync(script);
        await WhenAsync(found => found.Controller.Instances == 2, "both are there");
        Happen("SLOW", vm: 1);
        Happen("LAST", vm: 1);
        await WhenAsync(found => found.Instances[0].Waiting == 2, "it has to do");
        Sys.Stop(vm);
        await SettleAsync(Inventory);
        await SettleAsync(Controllers);
        Assert.Equal(2, (await GetAsync()).Controller.Instances);
        hold.SetResult();

        await WhenAsync(found => found.Controller.Instances == 1, "it has ended");
        Assert.Contains("1 LAST", script.Calls);
        string? kept = null;
        script.OnStart = (context, _) =>
        {
            kept = context.Get("LAST");
            return Task.CompletedTask;
        };
        Appear(1);
        await Eventually.TrueAsync(() => kept == "seen", Limit, "it is back");
    }

    [Fact]
    public async Task Events_from_before_a_VM_told_who_it_is_wait_for_that_and_go_first()
    {
        var script = PerVm();
        await RunAsync(script);
        Events.Tell(Event("EARLY1", 1) with { Vm = null });
        Events.Tell(Event("EARLY2", 1) with { Vm = null });
        Events.Tell(Event("OTHER", 2) with { Vm = null });
        await WhenAsync(found => found.Controller.LagEvents == 3, "they wait");
        Happen("LATER", vm: 1);
        await WhenAsync(found => found.Controller.Counts.Events == 3, "those of the first are handled");
        Appear(2);

        await WhenAsync(found => found.Controller is { Counts.Events: 4, LagEvents: 0 }, "all are handled");
        Assert.Equal(["1 start", "1 EARLY1", "1 EARLY2", "1 LATER"], script.Calls.Where(call => call[0] == '1'));
        Assert.Equal(["2 start", "2 OTHER"], script.Calls.Where(call => call[0] == '2'));
        Events.Tell(Event("ALSO", 2) with { Vm = null });
        await WhenAsync(found => found.Controller.Counts.Events == 5, "one that is known need not tell");
    }

    [Fact]
    public async Task A_VM_that_never_tells_who_it_is_does_not_hold_the_others_up()
    {
        var script = PerVm();
        await RunAsync(script);
        Events.Tell(Event("LOST", 1) with { Vm = null });
        await Eventually.TrueAsync(
            async () =>
            {
                Advance(0.1);
                return (await GetAsync()).Controller.LagTime > TimeSpan.Zero;
            },
            Limit,
            "it waits");
        Advance(30);

        await WhenAsync(found => found.Controller is { LagEvents: 0, Counts.Failures: 1 }, "it is passed over");
        Assert.Equal(("LOST", "vm1"), ((await GetAsync()).Failures[0].Event, (await GetAsync()).Failures[0].VmName));
    }

    [Fact]
    public async Task VMs_beyond_the_limit_have_no_instance_which_health_tells()
    {
        Settings = new ControllerSettings { MaxInstances = 2 };
        for (var number = 1; number <= 3; number++)
            Appear(number);
        var script = PerVm();
        await RunAsync(script);

        await WhenAsync(found => found.Controller is { Instances: 2, Health: ControllerHealth.Complaining }, "two are there");
        Assert.Contains("narrow its target", (await GetAsync()).Controller.Message);
        Happen("A", vm: 3);
        await WhenAsync(found => found.Controller.LagEvents == 0, "its event is passed over");
        var page = await GetAsync(limit: 1);
        Assert.Equal(page.Instances[0].Key, page.Next);
        Assert.Null((await GetAsync(limit: 1, after: page.Next!)).Next);
    }

    [Fact]
    public async Task No_more_is_read_than_may_wait()
    {
        Settings = new ControllerSettings { MaxWaiting = 10, PageSize = 5 };
        var hold = new TaskCompletionSource();
        var script = PerVm();
        script.OnEvent = (_, _, _) => hold.Task;
        Appear(1);
        await RunAsync(script);
        await WhenAsync(found => found.Controller.Instances == 1, "it is there");
        for (var number = 0; number < 30; number++)
            Happen("A");
        await WhenAsync(found => found.Instances[0].Waiting >= 10, "enough wait");
        await SettleAsync(Events);
        Assert.InRange((await GetAsync()).Instances[0].Waiting, 10, 14);
        hold.SetResult();

        await WhenAsync(found => found.Controller.Counts.Events == 30, "all are handled");
    }

    [Fact]
    public async Task A_sick_instance_makes_the_whole_failing()
    {
        Appear(1);
        Appear(2);
        var script = PerVm();
        script.OnEvent = (context, _, _) => context.Vm == Id(2) ? throw new InvalidOperationException("sick") : Task.CompletedTask;
        await RunAsync(script);
        await WhenAsync(found => found.Controller.Instances == 2, "both are there");
        Happen("A", vm: 1);
        Happen("A", vm: 2);

        await WhenAsync(found => found.Controller is { Health: ControllerHealth.Failing, Failing: 1 }, "one is failing");
        Assert.StartsWith("1 of 2, such as vm2: ", (await GetAsync()).Controller.Message);
        Assert.Equal([ControllerHealth.Ok, ControllerHealth.Failing], (await GetAsync()).Instances.Select(instance => instance.Health));
    }
}
