using Akka.Actor;
using Orchestrator.Actors.VmHosts.Lending;
using Orchestrator.Actors.Vms.Migration;

namespace Orchestrator.Actors.VmHosts;

/// <summary>QEMUs of this VmHost's VMs that other nodes have. When the guest is at one of them for good, the VM is handed over to its node.</summary>
public sealed partial class VmHostSupervisor
{
    private const int MaxHandOvers = 5;

    /// <summary>Until all nodes have heard that a VM is another's: what comes meanwhile is sent on.</summary>
    private static readonly TimeSpan AwayPause = TimeSpan.FromMilliseconds(100);

    private bool OnBorrowing(object message)
    {
        switch (message)
        {
            case LendingMessages.Offer offer:
                OnOffer(offer);
                break;
            case LendingMessages.Withdrawn withdrawn:
                OnWithdrawn(withdrawn.Place);
                break;
            case LendingSignals.ReclaimDue due when NameOf(due.Vm) is { } name:
                Reclaim(name);
                break;
            case LendingSignals.Ready ready when NameOf(Sender) is { } name:
                OnReady(name, ready.Heritage);
                break;
            case LendingSignals.HandOverDue due when NameOf(due.Vm) is { } name && _vms[name].Leaving is not null:
                HandOver(name);
                break;
            case LendingMessages.HandedOver handed when LeavingTo(handed.Place) is { } name:
                OnHandedOver(name);
                break;
            case LendingMessages.Declined declined when LeavingTo(declined.Place) is { } name:
                Dissolve(name);
                break;
            case LendingSignals.AwayDue due when NameOf(due.Vm) is { } name:
                Stop(name, successor: null);
                break;
            case LendingSignals.ReclaimDue or LendingSignals.Ready or LendingSignals.HandOverDue or LendingSignals.AwayDue or LendingMessages.HandedOver or LendingMessages.Declined:
                // Of a VM that is leaving, or has left.
                break;
            default:
                return false;
        }
        return true;
    }

    private void OnOffer(LendingMessages.Offer offer)
    {
        if (!_vms.TryGetValue(offer.Vm, out var vm) || (vm.Uuid is { } uuid && uuid != offer.Uuid) || vm.Leaving is not null)
        {
            Sender.Tell(new LendingMessages.Returned(offer.Place.Name));
            return;
        }
        Sender.Tell(new LendingMessages.Taken(offer.Place.Name));
        Timers.Cancel(("reclaim", vm.Actor));
        if (Borrow(vm, Sender, offer.Place) is { } side)
            vm.Actor.Tell(new MigrationCommands.Join(side));
    }

    /// <returns>What the VM has to watch in addition; <see langword="null"/> if it does already.</returns>
    private static Vms.VmSpec? Borrow(ManagedVm vm, IActorRef lender, LentPlace place)
    {
        var side = place.ToSpec();
        Context.Watch(lender);
        vm.Borrowed[side.Name] = new BorrowedPlace(lender, place);
        return vm.Place.Name != side.Name && vm.Sides.TryAdd(side.Name, side) ? side : null;
    }

    /// <summary>The VM does not want it, or its node is gone.</summary>
    private static void GiveBack(ManagedVm vm, string side)
    {
        if (vm.Borrowed.Remove(side, out var borrowed))
            borrowed.Lender.Tell(new LendingMessages.Returned(borrowed.Place.Name));
    }

    private void OnWithdrawn(string place)
    {
        foreach (var (name, vm) in _vms.ToArray())
        {
            if (vm.Borrowed.FirstOrDefault(borrowed => borrowed.Value.Place.Name == place && borrowed.Value.Lender.Equals(Sender)).Key is not { } side)
                continue;
            vm.Borrowed.Remove(side);
            if (vm.Place.Name == side)
                Dissolve(name);
            else if (vm.Sides.Remove(side))
                vm.Actor.Tell(new MigrationCommands.Leave(side));
        }
    }

    /// <summary>Its node may be back, with the guest: the VM is this node's as long as nobody else says that it is theirs.</summary>
    private void OnLenderGone(IActorRef lender)
    {
        foreach (var vm in _vms.Values)
        {
            foreach (var (side, _) in vm.Borrowed.Where(borrowed => borrowed.Value.Lender.Equals(lender)).ToArray())
            {
                if (vm.Place.Name == side)
                {
                    Timers.StartSingleTimer(("reclaim", vm.Actor), new LendingSignals.ReclaimDue(vm.Actor), LookPause);
                    continue;
                }
                vm.Borrowed.Remove(side);
                vm.Sides.Remove(side);
                vm.Actor.Tell(new MigrationCommands.Leave(side));
            }
        }
    }

    private void Reclaim(string name)
    {
        var vm = _vms[name];
        if (vm.Leaving is not null)
        {
            // The other node was to have it, and has begun anew: it finds the guest by itself.
            Dissolve(name);
            return;
        }
        if (!vm.Borrowed.TryGetValue(vm.Place.Name, out var borrowed))
            return;
        Context.ActorSelection(borrowed.Lender.Path).Tell(new LendingMessages.Reclaim(vm.LastUuid, name, borrowed.Place.Name), Self);
        Timers.StartSingleTimer(("reclaim", vm.Actor), new LendingSignals.ReclaimDue(vm.Actor), LookPause);
    }

    private void OnReady(string name, VmHeritage heritage)
    {
        var vm = _vms[name];
        if (!vm.Borrowed.ContainsKey(vm.Place.Name))
        {
            Dissolve(name);
            return;
        }
        vm.Leaving = heritage;
        HandOver(name);
    }

    private void HandOver(string name)
    {
        var vm = _vms[name];
        if (++vm.HandOvers > MaxHandOvers || !vm.Borrowed.TryGetValue(vm.Place.Name, out var place))
        {
            Dissolve(name);
            return;
        }
        place.Lender.Tell(new LendingMessages.HandOver(place.Place.Name, vm.Leaving!, [.. OwnSidesOf(vm).Select(side => LentPlace.Of(_neighbours!, side))]));
        Timers.StartSingleTimer(("hand-over", vm.Actor), new LendingSignals.HandOverDue(vm.Actor), AnswerPause);
    }

    private IEnumerable<Vms.VmSpec> OwnSidesOf(ManagedVm vm) => vm.Sides.Keys.Where(side => !vm.Borrowed.ContainsKey(side)).Select(side => _wanted.GetValueOrDefault(side)).OfType<Vms.VmSpec>();

    private string? LeavingTo(string place) => _vms.FirstOrDefault(vm => vm.Value.Leaving is not null && vm.Value.Borrowed.TryGetValue(vm.Value.Place.Name, out var borrowed) && borrowed.Place.Name == place && borrowed.Lender.Equals(Sender)).Key;

    /// <summary>What it leaves behind here is the other node's from now on.</summary>
    private void OnHandedOver(string name)
    {
        var vm = _vms[name];
        if (vm.IsAway)
            return;
        vm.IsAway = true;
        var (lender, place) = vm.Borrowed[vm.Place.Name];
        foreach (var side in OwnSidesOf(vm))
            OnTaken(_lent[side.Name] = new Loan(vm.LastUuid, place.Name, lender), lender);
        vm.Borrowed.Clear();
        vm.Actor.Tell(LendingSignals.Away.Instance);
        Timers.Cancel(("hand-over", vm.Actor));
        Timers.StartSingleTimer(("away", vm.Actor), new LendingSignals.AwayDue(vm.Actor), AwayPause);
    }
}
