using Akka.Actor;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Telemetry;
using Orchestrator.Actors.Vms.Observation;

namespace Orchestrator.Actors.VmHosts;

/// <summary>
/// A remote VmHost on the node that has its duty: its VMs, their part of the inventory, and the router of the jobs that go to them. Another node that
/// takes it over has the same actors at the same paths. Child of the duty's actor; begins when the leases of its frozen VMs have been read.
/// </summary>
public sealed class RemoteVmHost : UntypedActor, IWithTimers
{
    /// <summary>Name of the actor.</summary>
    public const string ActorName = "vm-host";

    /// <summary>Name of the child with its part of the inventory.</summary>
    internal const string InventoryName = "inventory";

    private static readonly TimeSpan LoadPause = TimeSpan.FromSeconds(1);

    private readonly RemoteVmHostSettings _settings;

    private sealed record Loaded(LeaseBook Leases) : ILocalSignal;

    private sealed record NotLoaded(string Why) : ILocalSignal;

    private sealed class LoadDue : ILocalSignal
    {
        public static readonly LoadDue Instance = new();
    }

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public RemoteVmHost(RemoteVmHostSettings settings) => _settings = settings;

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Props.</summary>
    public static Props PropsFor(RemoteVmHostSettings settings) => Props.Create(() => new RemoteVmHost(settings));

    /// <summary>What fails is begun anew as a whole, under a new claim: nobody is left with half of it.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Escalate);

    /// <inheritdoc/>
    protected override void PreStart() => Load();

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Loaded loaded:
                Begin(loaded.Leases);
                break;
            case NotLoaded failed:
                ClusterLogEntries.NoLeases(Context.Log<RemoteVmHost>(), _settings.Name, failed.Why);
                Timers.StartSingleTimer(nameof(LoadDue), LoadDue.Instance, LoadPause);
                break;
            case LoadDue:
                Load();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Load() => LeaseBook.OpenAsync(_settings.Leases).PipeTo(Self, success: leases => new Loaded(leases), failure: error => new NotLoaded(error.Message));

    private void Begin(LeaseBook leases)
    {
        var inventory = Context.ActorOf(Inventory.PropsFor(awaitsVms: true), InventoryName);
        var vms = Context.ActorOf(VmHostSupervisor.PropsFor(_settings.Name, inventory, _settings.Events, _settings.Vm, leases), "vms");
        vms.Tell(new VmHostCommands.SetVms(_settings.Vms));
        _settings.Observation.Tell(new ObservedVmHosts.Join(vms));
        Context.ActorOf(ClusterRouter.PropsFor(_settings.Router).WithDispatcher(_settings.Vm.Dispatcher), ClusterRouter.ActorName);
        _settings.Nodes.Tell(new NodeCommands.Serve(_settings.Name, _settings.Epoch));
    }
}
