using Akka.Actor;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Telemetry;
using Orchestrator.Actors.VmHosts.Lending;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Observation;

namespace Orchestrator.Actors.VmHosts;

/// <summary>
/// Owns the VMs of one VmHost: one child per VM, started, stopped and replaced as the sources say. A VM's failure restarts it alone; starting
/// never fails, so a restart costs its connections only, and those have their own back-off.
/// </summary>
public sealed partial class VmHostSupervisor : UntypedActor, IWithTimers
{
    private readonly VmEnvironment _environment;
    private readonly Dictionary<string, ManagedVm> _vms = new(StringComparer.Ordinal);
    private readonly Dictionary<IActorRef, VmSpec?> _leaving = [];

    /// <summary>The sources were read once: what comes later may be the destination of a migration.</summary>
    private bool _isBegun;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    internal VmHostSupervisor(VmEnvironment environment, Neighbours? neighbours) => (_environment, _neighbours) = (environment, neighbours);

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Props.</summary>
    /// <param name="host">Name of the VmHost.</param>
    /// <param name="inventory">Takes the VMs' snapshots.</param>
    /// <param name="events">Takes their events.</param>
    /// <param name="settings">Deadlines, pauses and limits.</param>
    /// <param name="leases">Of frozen VMs; in memory only if <see langword="null"/>.</param>
    /// <param name="neighbours">The VmHosts of other nodes; <see langword="null"/> for one whose VMs are not migrated to others.</param>
    public static Props PropsFor(string host, IActorRef inventory, IActorRef events, VmSettings settings, LeaseBook? leases = null, Neighbours? neighbours = null)
    {
        var environment = new VmEnvironment(host, inventory, events, settings) { Leases = leases ?? LeaseBook.InMemory() };
        return Props.CreateBy(new Producer(environment, neighbours));
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        foreach (var loan in _lent.Values)
            loan.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        if (OnMigration(message) || OnLending(message) || OnBorrowing(message))
            return;
        switch (message)
        {
            case VmHostCommands.SetVms set:
                OnSetVms(set.Vms);
                break;
            case VmHostCommands.SetObservation set:
                OnSetObservation(set.Needs);
                break;
            case Terminated terminated:
                OnTerminated(terminated.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>Of VMs with the same name, the first counts: a mistake in one entry must not end the others.</summary>
    private void OnSetVms(IReadOnlyList<VmSpec> named)
    {
        var specs = named.DistinctBy(spec => spec.Name, StringComparer.Ordinal).ToArray();
        if (specs.Length < named.Count)
            VmLogEntries.SameNames(Context.Log<VmHostSupervisor>(), named.Count - specs.Length);
        _wanted = specs.ToDictionary(spec => spec.Name, StringComparer.Ordinal);
        UpdateSides();
        foreach (var (vm, successor) in _leaving.ToArray())
            _leaving[vm] = successor is null ? null : _wanted.GetValueOrDefault(successor.Name);
        _environment.Inventory.Tell(new InventoryCommands.Expect(specs.Length));
        var watched = WatchedNames();
        WithdrawLoans();
        foreach (var spec in specs)
        {
            if (_vms.TryGetValue(spec.Name, out var current))
                UpdateLabels(current, spec);
            else if (!watched.Contains(spec.Name) && !_lent.ContainsKey(spec.Name))
                StartOrWait(spec);
        }
        _isBegun = true;
    }

    /// <summary>A VM that begins meanwhile finds the needs on the board.</summary>
    private void OnSetObservation(IReadOnlyList<ObservationNeed> needs)
    {
        var observe = new VmCommands.Observe(new ObservationNeeds(needs));
        _environment.Observation.Needs = observe.Needs;
        foreach (var vm in _vms.Values)
            vm.Actor.Tell(observe);
    }

    private static void UpdateLabels(ManagedVm current, VmSpec spec)
    {
        if (current.Spec.Labels.Count == spec.Labels.Count && spec.Labels.All(label => current.Spec.Labels.TryGetValue(label.Key, out var value) && value == label.Value))
            return;
        current.Spec = current.Spec with { Labels = spec.Labels };
        current.Actor.Tell(new VmCommands.SetLabels(spec.Labels));
    }

    /// <summary>A name is free only when the actor that had it has stopped.</summary>
    private void StartOrWait(VmSpec spec)
    {
        var leaving = Context.Child(ActorName(spec.Name));
        if (leaving.IsNobody())
            Start(spec);
        else
            _leaving[leaving] = spec;
    }

    private void Start(VmSpec spec, VmHeritage? heritage = null)
    {
        var vm = Context.ActorOf(VmActor.PropsFor(spec, _environment, isHidden: _isBegun && heritage is null, heritage), ActorName(spec.Name));
        Context.Watch(vm);
        _vms.Add(spec.Name, new ManagedVm(spec, vm));
    }

    private void Stop(string name, VmSpec? successor)
    {
        _vms.Remove(name, out var leaving);
        foreach (var side in leaving!.Borrowed.Keys.ToArray())
            GiveBack(leaving, side);
        ForgetTwin(name, leaving);
        _leaving[leaving.Actor] = successor;
        Context.Stop(leaving.Actor);
    }

    private void OnTerminated(IActorRef vm)
    {
        OnBorrowerGone(vm);
        OnLenderGone(vm);
        if (_leaving.Remove(vm, out var successor) && (Join(vm) || OfferIfLent(vm)))
            return;
        if (successor is not null && !_vms.ContainsKey(successor.Name))
            Start(successor);
    }

    private static string ActorName(string vm) => Uri.EscapeDataString(vm);

    private sealed class Producer(VmEnvironment environment, Neighbours? neighbours) : IIndirectActorProducer
    {
        public Type ActorType => typeof(VmHostSupervisor);

        public ActorBase Produce() => new VmHostSupervisor(environment, neighbours);

        public void Release(ActorBase actor)
        {
        }
    }
}
