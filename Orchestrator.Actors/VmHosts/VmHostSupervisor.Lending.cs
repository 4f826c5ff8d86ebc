using Akka.Actor;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.VmHosts.Lending;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Migration;

namespace Orchestrator.Actors.VmHosts;

/// <summary>
/// A VM's two QEMUs on two nodes. The one that awaits the guest has no actor of its own: its node lends it to the node that has the VM, whose VmActor
/// watches both, as if they were on one VmHost. A loan ends when the borrower gives it back, or its node is gone.
/// </summary>
public sealed partial class VmHostSupervisor
{
    private const int MaxOffers = 5;

    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AnswerPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(10);

    private readonly Neighbours? _neighbours;
    private readonly Dictionary<string, Loan> _lent = new(StringComparer.Ordinal);
    private readonly Dictionary<IActorRef, string> _toOffer = [];

    private bool OnLending(object message)
    {
        switch (message)
        {
            case LendingSignals.LookDue due when NameOf(due.Vm) is { } name:
                LookAround(name);
                break;
            case LendingSignals.Looked looked when NameOf(looked.Vm) is { } name && _vms[name].Uuid == looked.Uuid:
                OnLooked(name, looked);
                break;
            case LendingSignals.OfferDue due when _lent.TryGetValue(due.Place, out var loan) && loan.Borrower is null:
                Offer(due.Place, loan);
                break;
            case LendingMessages.Seek seek when _twins.TryGetValue(seek.Uuid, out var twins):
                foreach (var name in twins)
                    LookAround(name, isSought: true);
                break;
            case LendingMessages.Taken taken when _lent.TryGetValue(taken.Place, out var loan):
                OnTaken(loan, Sender);
                break;
            case LendingMessages.Returned returned when _lent.TryGetValue(returned.Place, out var loan) && (loan.Borrower is null || loan.Borrower.Equals(Sender)):
                TakeBack(returned.Place);
                break;
            case LendingMessages.Reclaim reclaim:
                OnReclaim(reclaim);
                break;
            case LendingMessages.HandOver handOver:
                OnHandOver(handOver);
                break;
            case LendingSignals.Settled when NameOf(Sender) is { } name:
                OnSettled(name);
                break;
            case LendingSignals.SettleDue due when NameOf(due.Vm) is { } name:
                OnSettled(name);
                break;
            case LendingQueries.Find find:
                OnFind(find);
                break;
            case LendingSignals.Settled or LendingSignals.SettleDue or LendingSignals.LookDue or LendingSignals.Looked or LendingSignals.OfferDue or LendingMessages.Seek or LendingMessages.Taken or LendingMessages.Returned:
                // Of a VM, or a loan, of before.
                break;
            default:
                return false;
        }
        return true;
    }

    /// <summary>One that awaits a guest, or was left by it, may have its other QEMU on another node: all are asked, again and again while it is so.</summary>
    private void LookAround(string name, bool isSought = false)
    {
        var vm = _vms[name];
        if (_neighbours is not { } near || vm.Uuid is not { } uuid || vm.Sides.Count > 0 || !(isSought || vm.RunState is "inmigrate" or "postmigrate")
            || !TargetSelector.TryParse(new VmId(uuid).ToString(), out var same, out _))
            return;
        var actor = vm.Actor;
        near.Fleet.Ask<InventoryReplies.Selection>(new InventoryQueries.Select(same), LookTimeout)
            .PipeTo(Self, success: found => new LendingSignals.Looked(actor, uuid, found.Entries), failure: _ => new LendingSignals.Looked(actor, uuid, []));
    }

    private void OnLooked(string name, LendingSignals.Looked looked)
    {
        var vm = _vms[name];
        if (vm.RunState is not { } runState)
            return;
        var others = looked.Found.Where(entry => entry.Node is { } node && node != _neighbours!.Node && entry.Part == node && entry.Snapshot is { StaleSince: null, RunState: not null })
            .ToDictionary(entry => LentPlace.NameOf(entry.Snapshot.Host, entry.Snapshot.Name), StringComparer.Ordinal);
        var own = new TwinView(LentPlace.NameOf(_neighbours!.Node, name), looked.Uuid, runState);
        var pair = MigrationPairs.Find(others.Select(other => new TwinView(other.Key, looked.Uuid, other.Value.Snapshot.RunState!)).Append(own));
        if (pair is var (source, destination) && destination == own)
            Lend(name, looked.Uuid, VmOf(others[source.Name]), HostOf(others[source.Name]));
        else if (pair is var (left, arrived) && left == own)
            OnLeft(name, others[arrived.Name]);
        if (NameOf(looked.Vm) is not null)
            Timers.StartSingleTimer(("look", looked.Vm), new LendingSignals.LookDue(looked.Vm), LookPause);
    }

    /// <summary>Its guest is at another node. What is known of it goes along from here; where nothing is, because this node began after the migration, the VM is where its guest is.</summary>
    private void OnLeft(string name, InventoryEntry arrived)
    {
        var vm = _vms[name];
        if (vm.HadGuest)
            HostOf(arrived).Tell(new LendingMessages.Seek(vm.LastUuid), Self);
        else
            Lend(name, vm.LastUuid, VmOf(arrived), HostOf(arrived));
    }

    private static ActorSelection HostOf(InventoryEntry entry) => Context.ActorSelection(entry.Vm.Path.Parent);

    private static string VmOf(InventoryEntry entry) => Uri.UnescapeDataString(entry.Vm.Path.Name);

    /// <summary>Its own actor ends first: a monitor has one client at a time.</summary>
    private void Lend(string name, Guid uuid, string vm, ICanTell to)
    {
        _toOffer[_vms[name].Actor] = name;
        _lent[name] = new Loan(uuid, vm, to);
        Stop(name, successor: null);
    }

    private bool OfferIfLent(IActorRef ended)
    {
        if (!_toOffer.Remove(ended, out var place))
            return false;
        if (_lent.TryGetValue(place, out var loan))
            Offer(place, loan);
        return true;
    }

    private void Offer(string place, Loan loan)
    {
        if (++loan.Offers > MaxOffers || !_wanted.TryGetValue(place, out var spec))
        {
            TakeBack(place);
            return;
        }
        loan.To.Tell(new LendingMessages.Offer(loan.Uuid, loan.Vm, LentPlace.Of(_neighbours!, spec)), Self);
        Timers.StartSingleTimer(("offer", place), new LendingSignals.OfferDue(place), AnswerPause);
    }

    private static void OnTaken(Loan loan, IActorRef borrower)
    {
        loan.Borrower = borrower;
        Context.Watch(borrower);
    }

    /// <summary>It is a VM of its own again, if the sources still name it.</summary>
    private void TakeBack(string place)
    {
        if (!EndLoan(place))
            return;
        if (_wanted.TryGetValue(place, out var own))
            StartOrWait(own);
    }

    private bool EndLoan(string place)
    {
        if (!_lent.Remove(place, out var loan))
            return false;
        Timers.Cancel(("offer", place));
        loan.Dispose();
        return true;
    }

    /// <summary>The borrower's node is gone, or its VmHost has begun anew.</summary>
    private void OnBorrowerGone(IActorRef borrower)
    {
        foreach (var (place, _) in _lent.Where(loan => borrower.Equals(loan.Value.Borrower)).ToArray())
            TakeBack(place);
    }

    /// <summary>The sources do not name it any more.</summary>
    private void WithdrawLoans()
    {
        foreach (var (place, loan) in _lent.Where(loan => !_wanted.ContainsKey(loan.Key)).ToArray())
        {
            (loan.Borrower ?? loan.To).Tell(new LendingMessages.Withdrawn(place), Self);
            EndLoan(place);
        }
    }

    private void OnReclaim(LendingMessages.Reclaim reclaim)
    {
        if (_lent.TryGetValue(reclaim.Place, out var loan) && loan.Borrower is null)
            Offer(reclaim.Place, loan);
        else if (_neighbours is not null && loan is null && _vms.TryGetValue(reclaim.Place, out var vm) && (vm.Uuid is null || vm.Uuid == reclaim.Uuid))
            Lend(reclaim.Place, reclaim.Uuid, reclaim.Vm, Sender);
    }

    /// <summary>The guest is here, and so is its VM from now on: as it was at the borrower, whose QEMUs it watches.</summary>
    private void OnHandOver(LendingMessages.HandOver handOver)
    {
        var place = handOver.Place;
        if (_vms.TryGetValue(place, out var vm) && Sender.Equals(vm.GivenBy))
        {
            // It was heard before; the answer was lost, or is yet to come.
            if (vm.IsSettled)
                Sender.Tell(new LendingMessages.HandedOver(place));
            return;
        }
        if (!_lent.TryGetValue(place, out var loan) || !Sender.Equals(loan.Borrower) || !_wanted.TryGetValue(place, out var spec))
        {
            Sender.Tell(new LendingMessages.Declined(place));
            return;
        }
        EndLoan(place);
        Start(spec, handOver.Heritage);
        vm = _vms[place];
        vm.GivenBy = Sender;
        foreach (var left in handOver.Left)
            Borrow(vm, Sender, left);
        Timers.StartSingleTimer(("settle", vm.Actor), new LendingSignals.SettleDue(vm.Actor), AnswerPause);
    }

    /// <summary>It is shown from now on, and nobody misses it at the borrower.</summary>
    private void OnSettled(string name)
    {
        var vm = _vms[name];
        if (vm.IsSettled || vm.GivenBy is not { } giver)
            return;
        vm.IsSettled = true;
        vm.Actor.Tell(MigrationCommands.Reveal.Instance);
        giver.Tell(new LendingMessages.HandedOver(name));
    }

    private void OnFind(LendingQueries.Find find)
    {
        var spec = _lent.TryGetValue(find.Place, out var loan) ? _wanted.GetValueOrDefault(find.Place) : null;
        var endpoint = find.Name == LentPlace.Qmp ? spec?.Qmp : find.Name == LentPlace.Agent ? spec?.Agent : null;
        Sender.Tell(new LendingReplies.Channel(endpoint, loan?.Ended ?? CancellationToken.None));
    }
}
