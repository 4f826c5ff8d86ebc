using Akka.Actor;
using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Controllers;

/// <summary>Which instances there are.</summary>
internal sealed partial class ControllerFeedActor
{
    private const string VmsTimer = "vms";

    private readonly Dictionary<string, string> _fitting = new(StringComparer.Ordinal);
    private readonly HashSet<string> _withoutRoom = new(StringComparer.Ordinal);
    private long _vmsVersion;
    private int _lives;

    private sealed record VmsChanged(InventoryReplies.Changes Changes) : ILocalSignal;

    private sealed record VmsUnknown : ILocalSignal;

    private void OnVms(object message)
    {
        switch (message)
        {
            case VmsChanged changed:
                OnVmsChanged(changed.Changes);
                break;
            case VmsUnknown:
                Timers.StartSingleTimer(VmsTimer, Due.Vms, Settings.Retry.After(1));
                break;
            case Due due when due == Due.Vms:
                FollowVms();
                break;
            case Due due when due == Due.Identity:
                OnIdentityDue();
                break;
            case ILocalSignal:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void FollowVms() => _environment.Inventory.Ask<InventoryReplies.Changes>(new InventoryQueries.ReadChanges(_vmsVersion), Timeout.InfiniteTimeSpan, _stopped.Token)
        .PipeTo(Self, success: changes => new VmsChanged(changes), failure: _ => new VmsUnknown());

    private void OnVmsChanged(InventoryReplies.Changes changes)
    {
        var isFirst = _vmsVersion == 0;
        _vmsVersion = changes.Version;
        var before = changes.Complete ? [.. _fitting.Keys] : new HashSet<string>(StringComparer.Ordinal);
        foreach (var vm in changes.Gone.Concat(changes.Changed.Where(vm => vm.Id is null)))
            _identities.Remove((vm.Host, vm.Name));
        foreach (var vm in changes.Changed.Where(vm => vm.Id is not null))
        {
            var key = vm.Id.ToString()!;
            before.Remove(key);
            if (_registration.Events.Vms?.Matches(vm) == false)
                before.Add(key);
            else
                OnFits(key, vm);
            _identities[(vm.Host, vm.Name)] = vm.Id!.Value;
            Identify((vm.Host, vm.Name), vm.Id!.Value);
        }
        before.UnionWith(changes.Gone.Where(vm => vm.Id is not null).Select(vm => vm.Id.ToString()!));
        foreach (var key in before)
        {
            _fitting.Remove(key);
            if (_instances.Find(key) is { } instance)
                StopIfGone(instance);
        }
        // Those that events began, before it was known which VMs there are.
        foreach (var instance in isFirst ? _instances.All.ToArray() : [])
            StopIfGone(instance);
        SaveSoon();
        ReadOn();
        FollowVms();
    }

    private void OnFits(string key, VmSnapshot vm)
    {
        _fitting[key] = vm.Name;
        if (_instances.Find(key) is { } instance)
            instance.VmName = vm.Name;
        else
            Start(key, vm.Id, vm.Name);
    }

    /// <returns><see langword="null"/> if there are too many.</returns>
    private FeedInstance? Start(string key, VmId? vm, string? name)
    {
        if (_instances.Count >= Settings.MaxInstances)
        {
            if (_withoutRoom.Count < Settings.MaxInstances)
                _withoutRoom.Add(key);
            return null;
        }
        _withoutRoom.Remove(key);
        var (feed, time) = (Self, _environment.Time);
        var caller = new ControllerCaller(Name, key, vm, _registration.Mode == ControllerMode.Shadow, text => feed.Tell(new ControllerSignals.Noted(new ControllerNote(time.GetUtcNow(), key, ControllerNote.Cut(text))), ActorRefs.NoSender));
        var past = _instances.Recall(key, () => new StoredInstance(new InstanceMark(Now.ToUnixTimeMilliseconds(), EventCursor.Beginning, 0, 0), new Dictionary<string, string>()));
        var actor = Context.ActorOf(ControllerActor.PropsFor(_registration, _environment, _commander, caller, past, _isPaused), $"{key}-{++_lives}");
        var instance = new FeedInstance(key, actor, vm) { VmName = name };
        _instances.Add(instance);
        return instance;
    }

    /// <summary>An instance whose VM is gone ends once it has handled all that there is.</summary>
    private void StopIfGone(FeedInstance instance)
    {
        if (_registration.Scope == ControllerScope.Fleet || _vmsVersion == 0 || _fitting.ContainsKey(instance.Key) || instance.Waiting.Count > 0 || instance.IsLeaving)
            return;
        instance.IsLeaving = true;
        instance.Actor.Tell(ControllerSignals.Leave.Instance);
    }

    private void OnLeft(StoredInstance state)
    {
        if (_instances.Find(Sender) is not { } instance)
            return;
        instance.IsLeaving = false;
        if (_fitting.ContainsKey(instance.Key) || instance.Waiting.Count > 0)
            return;
        Context.Stop(instance.Actor);
        _instances.Remove(instance, state);
        _checkpoints.Forget(_instances.Forget(Settings.MaxInstances));
        SaveSoon();
    }
}
