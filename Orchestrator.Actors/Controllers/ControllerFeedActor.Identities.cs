using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Controllers;

/// <summary>Events of VMs that had not told who they are: an agent may be faster than its QEMU. They wait for it, so that no instance misses its beginning.</summary>
internal sealed partial class ControllerFeedActor
{
    private const string IdentityTimer = "identity";

    private readonly Dictionary<(string Host, string Name), VmId> _identities = [];
    private readonly Dictionary<(string Host, string Name), Queue<Unidentified>> _unidentified = [];

    private sealed record Unidentified(string Log, FleetEvent What, FeedPlace Place, TimeSpan Since);

    private TimeSpan Elapsed => _environment.Time.GetElapsedTime(0);

    /// <summary>Gives an event that fits to its instance, or lets it wait for its VM to be known.</summary>
    private void Give(EventPage page, FleetEvent happened)
    {
        var name = (happened.Host, happened.VmName);
        if (_registration.Scope == ControllerScope.Fleet)
        {
            Give(page.Host, happened, _instances.Find(ControllerInstances.Fleet)!);
        }
        else if (happened.Vm is { } vm)
        {
            Identify(name, vm);
            if (InstanceOf(vm, happened.VmName) is { } instance)
                Give(page.Host, happened, instance);
        }
        else if (!_unidentified.ContainsKey(name) && _identities.TryGetValue(name, out var known))
        {
            if (InstanceOf(known, happened.VmName) is { } instance)
                Give(page.Host, Known(happened, known), instance);
        }
        else if (happened.VmName.Length > 0)
        {
            Await(page.Host, happened, name);
        }
    }

    private void Give(string log, FleetEvent happened, FeedInstance instance) => Give(instance, new ControllerWork.Happened(log, happened), Open(log, happened));

    private FeedPlace Open(string log, FleetEvent happened) => _progress.Add(log, new EventPosition(happened.Epoch, happened.Sequence - 1), 1, happened.Time);

    private void Await(string log, FleetEvent happened, (string, string) name)
    {
        if (!_unidentified.TryGetValue(name, out var waiting))
            _unidentified.Add(name, waiting = new Queue<Unidentified>());
        waiting.Enqueue(new Unidentified(log, happened, Open(log, happened), Elapsed));
        if (!Timers.IsTimerActive(IdentityTimer))
            Timers.StartSingleTimer(IdentityTimer, Due.Identity, Settings.IdentityTimeout);
    }

    /// <summary>A VM is known: what waited for that goes before all that is still to come.</summary>
    private void Identify((string Host, string Name) name, VmId vm)
    {
        if (!_unidentified.Remove(name, out var waiting))
            return;
        foreach (var item in waiting)
        {
            if (InstanceOf(vm, name.Name) is { } instance)
                Give(instance, new ControllerWork.Happened(item.Log, Known(item.What, vm)), item.Place);
            else
                _progress.Finish(item.Place);
        }
    }

    private void OnIdentityDue()
    {
        foreach (var (name, waiting) in _unidentified.ToArray())
        {
            while (waiting.TryPeek(out var oldest) && Elapsed - oldest.Since >= Settings.IdentityTimeout)
            {
                waiting.Dequeue();
                _progress.Finish(oldest.Place);
                OnFailure(new FailedWork(Now, "", oldest.What.Position.ToString(), oldest.What.Name, oldest.What.VmName, 0, "its VM has not told its UUID, so that it is not known whose it is"));
            }
            if (waiting.Count == 0)
                _unidentified.Remove(name);
        }
        if (_unidentified.Count > 0)
            Timers.StartSingleTimer(IdentityTimer, Due.Identity, Settings.IdentityTimeout - (Elapsed - _unidentified.Values.Min(waiting => waiting.Peek().Since)));
        SaveSoon();
        ReadOn();
    }

    /// <summary>The same event of a VM that is known meanwhile.</summary>
    internal static FleetEvent Known(FleetEvent happened, VmId vm) => happened with { Vm = vm, Seen = happened.Seen is { } seen ? seen with { Id = vm } : null };

    private FeedInstance? InstanceOf(VmId vm, string name) => _instances.Find(vm.ToString()) ?? Start(vm.ToString(), vm, name);
}
