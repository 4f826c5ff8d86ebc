using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Storage;
using Orchestrator.Actors.Vms;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.Controllers;

/// <summary>A <see cref="ControllerSupervisor"/> with one scripted controller, on a real log and a real inventory; jobs are faked.</summary>
public abstract class ControllerTest : ActorTest
{
    private protected const string Name = "scripted";
    private int _running;

    protected ControllerTest()
    {
        Events = Sys.ActorOf(EventLog.PropsFor(new MemoryEventStore(Time), new EventLogSettings { KeptInMemory = KeptInMemory }));
        Inventory = Sys.ActorOf(Orchestrator.Actors.VmHosts.Inventory.PropsFor());
        JobsActor = Sys.ActorOf(Jobs.Props());
        Freezes = CreateTestProbe();
    }

    protected virtual int KeptInMemory => 1_000;

    private protected IActorRef Events { get; }

    private protected IActorRef Inventory { get; }

    private protected TestProbe Freezes { get; }

    private protected FakeJobs Jobs { get; } = new();

    private protected IActorRef JobsActor { get; set; }

    private protected FakeControllerStore Store { get; } = new();

    private protected ControllerSettings Settings { get; set; } = new();

    private protected IActorRef Controllers { get; set; } = ActorRefs.Nobody;

    private protected static VmId Id(int number) => new(new Guid(number, 0, 0, new byte[8]));

    private protected static VmSnapshot Vm(int number) => new() { Id = Id(number), Name = "vm" + number, Host = "host1" };

    private protected ControllerEnvironment Environment() => new("host1", Time)
    {
        Inventory = Inventory,
        Jobs = JobsActor,
        Freezes = Freezes,
        Logs = EventLogs.Of("host1", Events, Time),
        Store = Store,
        Settings = Settings,
    };

    private protected static ControllerRegistration Registration(Script script, ControllerMode mode = ControllerMode.Live) => new(() => new ScriptedController(script), mode);

    /// <summary>Starts, and waits until it takes events.</summary>
    private protected async Task RunAsync(Script script, ControllerMode mode = ControllerMode.Live)
    {
        Controllers = Sys.ActorOf(ControllerSupervisor.PropsFor([Registration(script, mode)], Environment()), $"controllers{++_running}");
        if (mode != ControllerMode.Off)
            await Eventually.TrueAsync(() => Store[Name] is not null, Limit, "the controller knows where it begins");
    }

    private protected async Task StopAsync()
    {
        await Controllers.GracefulStop(Limit);
        Controllers = ActorRefs.Nobody;
    }

    private protected void Happen(string name, int vm = 1, string? controller = null) => Events.Tell(Event(name, vm) with { Controller = controller });

    private protected FleetEvent Event(string name, int vm) => new() { Host = "host1", Vm = Id(vm), VmName = "vm" + vm, Name = name, Time = Time.GetUtcNow(), Provenance = Provenance.Host, Seen = Vm(vm) };

    /// <summary>A VM that the inventory knows.</summary>
    private protected TestProbe Appear(int number)
    {
        var vm = CreateTestProbe();
        Inventory.Tell(new VmEvents.Changed(Vm(number)), vm);
        return vm;
    }

    private protected Task<ControllerReplies.Found> GetAsync(int limit = 100, string after = "") => Controllers.Ask<ControllerReplies.Found>(new ControllerQueries.Get(Name, after, limit), Limit);

    private protected static async Task CalledAsync(Script script, params string[] calls)
    {
        await Eventually.TrueAsync(() => script.Calls.Count >= calls.Length, Limit, $"it was called for {string.Join(", ", calls)}; it was for {string.Join(", ", script.Calls)}");
        Assert.Equal(calls, script.Calls);
    }

    private protected Task WhenAsync(Func<ControllerReplies.Found, bool> isSo, string what) => Eventually.TrueAsync(async () => isSo(await GetAsync()), Limit, what);
}
