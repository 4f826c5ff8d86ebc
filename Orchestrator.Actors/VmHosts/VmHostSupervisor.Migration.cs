using Akka.Actor;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Migration;

namespace Orchestrator.Actors.VmHosts;

/// <summary>Which VMs are two QEMUs of one: the destination's own actor ends, and the source's watches both.</summary>
public sealed partial class VmHostSupervisor
{
    private static readonly TimeSpan PairingPatience = TimeSpan.FromSeconds(1);

    /// <summary>The same where the other QEMU may be on another node.</summary>
    private static readonly TimeSpan FarPairingPatience = TimeSpan.FromSeconds(5);

    private readonly Dictionary<IActorRef, (string Vm, VmSpec Side)> _joining = [];
    private readonly Dictionary<Guid, HashSet<string>> _twins = [];
    private Dictionary<string, VmSpec> _wanted = new(StringComparer.Ordinal);

    private bool OnMigration(object message)
    {
        switch (message)
        {
            case MigrationEvents.Begun when NameOf(Sender) is { } name:
                OnBegun(_vms[name]);
                break;
            case MigrationEvents.Identified identified when NameOf(Sender) is { } name:
                Note(name, identified);
                Pair(identified.Uuid);
                RevealUnlessPaired(name);
                if (_vms.ContainsKey(name))
                    LookAround(name);
                break;
            case RevealDue due when NameOf(due.Vm) is not null:
                due.Vm.Tell(MigrationCommands.Reveal.Instance);
                break;
            case MigrationEvents.Moved moved when NameOf(Sender) is { } name:
                OnMoved(_vms[name], moved.To);
                break;
            case MigrationEvents.Released released when NameOf(Sender) is { } name:
                OnReleased(name, released.Side);
                break;
            case MigrationEvents.Begun or MigrationEvents.Identified or MigrationEvents.Moved or MigrationEvents.Released or RevealDue:
                // Of an actor that is leaving.
                break;
            default:
                return false;
        }
        return true;
    }

    /// <summary>One that awaits a guest, or has the UUID of another, may become another's QEMU as soon as that is asked.</summary>
    private void RevealUnlessPaired(string name)
    {
        if (!_vms.TryGetValue(name, out var vm) || vm is not { Uuid: { } uuid, RunState: { } runState })
            return;
        if (MigrationRules.AwaitsGuest(runState) || _twins[uuid].Count > 1)
            Timers.StartSingleTimer(vm.Actor, new RevealDue(vm.Actor), _neighbours is null ? PairingPatience : FarPairingPatience);
        else
            vm.Actor.Tell(MigrationCommands.Reveal.Instance);
    }

    private string? NameOf(IActorRef actor)
    {
        var name = Uri.UnescapeDataString(actor.Path.Name);
        return _vms.TryGetValue(name, out var vm) && vm.Actor.Equals(actor) ? name : null;
    }

    private void Note(string name, MigrationEvents.Identified identified)
    {
        var vm = _vms[name];
        ForgetTwin(name, vm);
        (vm.Uuid, vm.RunState) = (identified.Uuid, identified.RunState);
        if (vm.Uuid is not { } uuid)
            return;
        if (!_twins.TryGetValue(uuid, out var names))
            _twins.Add(uuid, names = []);
        names.Add(name);
    }

    private void ForgetTwin(string name, ManagedVm vm)
    {
        if (vm.Uuid is { } uuid && _twins.TryGetValue(uuid, out var names) && names.Remove(name) && names.Count == 0)
            _twins.Remove(uuid);
    }

    /// <summary>An actor that begins anew knows its own place only.</summary>
    private static void OnBegun(ManagedVm vm)
    {
        foreach (var side in vm.Sides.Values.Append(vm.Place).Where(side => side.Name != vm.Spec.Name))
            vm.Actor.Tell(new MigrationCommands.Join(side, IsLeft: true));
        if (vm.Place.Name != vm.Spec.Name)
        {
            vm.Sides[vm.Place.Name] = vm.Place;
            vm.Sides.Remove(vm.Spec.Name);
            vm.Place = vm.Spec;
        }
    }

    private void Pair(Guid? uuid)
    {
        if (uuid is null || _twins[uuid.Value] is not { Count: > 1 } names)
            return;
        var twins = names.Where(name => _vms[name].RunState is not null).Select(name => new TwinView(name, uuid.Value, _vms[name].RunState!));
        if (MigrationPairs.Find(twins) is not var (source, destination))
            return;
        var side = _vms[destination.Name];
        _joining[side.Actor] = (source.Name, side.Spec);
        _vms[source.Name].Sides[side.Spec.Name] = side.Spec;
        Stop(destination.Name, successor: null);
    }

    /// <summary>Its sessions are closed, or about to be: a monitor has one client at a time.</summary>
    private bool Join(IActorRef ended)
    {
        if (!_joining.Remove(ended, out var join))
            return false;
        if (_vms.TryGetValue(join.Vm, out var vm) && vm.Sides.ContainsKey(join.Side.Name))
            vm.Actor.Tell(new MigrationCommands.Join(join.Side));
        else if (_wanted.TryGetValue(join.Side.Name, out var own) && !_vms.ContainsKey(own.Name))
            Start(own);
        return true;
    }

    private static void OnMoved(ManagedVm vm, string to)
    {
        if (!vm.Sides.Remove(to, out var place))
            return;
        vm.Sides[vm.Place.Name] = vm.Place;
        vm.Place = place;
    }

    /// <summary>It is a VM of its own again. Where it has the name of the one it was watched by, that one goes back to the name of its place.</summary>
    private void OnReleased(string name, string side)
    {
        GiveBack(_vms[name], side);
        if (!_vms[name].Sides.Remove(side))
            return;
        if (side == name)
            Dissolve(name);
        else if (_wanted.TryGetValue(side, out var own))
            StartOrWait(own);
    }

    /// <summary>Ends a VM; what the sources name of its places begins anew, each under its own name.</summary>
    private void Dissolve(string name)
    {
        var vm = _vms[name];
        Stop(name, successor: _wanted.GetValueOrDefault(name));
        foreach (var side in vm.Sides.Keys.Append(vm.Place.Name).Where(side => side != name && _wanted.ContainsKey(side)))
            StartOrWait(_wanted[side]);
    }

    /// <summary>The sources have changed: VMs whose place is gone end, and watch no more what is gone.</summary>
    private void UpdateSides()
    {
        foreach (var (name, vm) in _vms.ToArray())
        {
            if (!vm.Borrowed.ContainsKey(vm.Place.Name) && (!_wanted.TryGetValue(vm.Place.Name, out var place) || !place.HasSameEndpoints(vm.Place)))
            {
                Dissolve(name);
                continue;
            }
            foreach (var side in vm.Sides.Values.Where(side => !vm.Borrowed.ContainsKey(side.Name) && (!_wanted.TryGetValue(side.Name, out var now) || !now.HasSameEndpoints(side))).ToArray())
            {
                vm.Sides.Remove(side.Name);
                vm.Actor.Tell(new MigrationCommands.Leave(side.Name));
            }
            // Its own directory is there again, while it is elsewhere: it may come back.
            if (vm.Place.Name != name && _wanted.TryGetValue(name, out var home) && vm.Sides.TryAdd(name, home))
                vm.Actor.Tell(new MigrationCommands.Join(home));
        }
    }

    private HashSet<string> WatchedNames() => [.. _vms.Values.SelectMany(vm => vm.Sides.Keys.Append(vm.Place.Name))];

    /// <summary>No other VM has taken it for its QEMU.</summary>
    private sealed record RevealDue(IActorRef Vm) : ILocalSignal;
}
