using System.Collections.Concurrent;
using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Freezing.Routing;

/// <summary>A guest, and the disk of its node: they outlive the process. Any thread.</summary>
internal sealed class LeaseGuest(string node, string name)
{
    private int _freezes;

    public string Name => name;

    public volatile bool IsFrozen;

    /// <summary>How often its filesystems were frozen.</summary>
    public int Freezes => Volatile.Read(ref _freezes);

    /// <summary>The lease on disk.</summary>
    public volatile FreezeLease? Row;

    /// <summary>Why it takes no lease.</summary>
    public volatile string? Denial;

    /// <summary>Whether the agent is silent.</summary>
    public volatile bool IsSilent;

    public VmSnapshot Snapshot => LeaseSamples.Vm(name) with { Host = node, Lease = Row, Id = new VmId(new Guid(name.GetHashCode(StringComparison.Ordinal), 1, 2, new byte[8])) };

    public void Freeze()
    {
        IsFrozen = true;
        Interlocked.Increment(ref _freezes);
    }
}

/// <summary>A VM's actor without sockets: its <see cref="LeaseMachine"/> is the real one, its guest does at once what it is told.</summary>
internal sealed class LeaseVm : UntypedActor, IWithTimers
{
    private readonly LeaseGuest _guest;
    private readonly TimeProvider _time;
    private readonly ConcurrentQueue<(string Vm, Invocation Invocation)> _invocations;
    private LeaseMachine _lease = LeaseMachine.Thawed;
    private IActorRef _holder = ActorRefs.Nobody;
    private long _frozenAt;

    public LeaseVm(LeaseGuest guest, TimeProvider time, ConcurrentQueue<(string Vm, Invocation Invocation)> invocations) => (_guest, _time, _invocations) = (guest, time, invocations);

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        if (_guest.Row is { } left)
            Take(LeaseMachine.Resume(left));
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LeaseCommands.Prepare prepare when _guest.Denial is { } denial:
                Sender.Tell(new LeaseEvents.Denied(prepare.Lease.Id, denial, "why", _guest.Snapshot));
                break;
            case LeaseCommands.Prepare prepare when _lease.Phase != LeasePhase.Thawed:
                Sender.Tell(new LeaseEvents.Denied(prepare.Lease.Id, Reasons.AgentFrozen, "another lease", _guest.Snapshot));
                break;
            case LeaseCommands.Prepare prepare:
                _holder = Sender;
                Take(_lease.On(new LeaseInput.Prepare(prepare.Lease)));
                break;
            case LeaseCommands.Freeze freeze when freeze.LeaseId == _lease.Lease?.Id:
                Take(_lease.On(new LeaseInput.Freeze()));
                break;
            case LeaseCommands.Thaw thaw when thaw.LeaseId == _lease.Lease?.Id:
                Take(_lease.On(new LeaseInput.Thaw(thaw.Cause)));
                break;
            case LeaseCommands.Extend extend:
                OnExtend(extend);
                break;
            case LeaseCommands.Watch watch when watch.LeaseId == _lease.Lease?.Id:
                _holder = Sender;
                Tell();
                break;
            case LeaseCommands.Watch watch:
                Sender.Tell(new LeaseEvents.Absent(watch.LeaseId, _guest.Snapshot));
                break;
            case LeaseCommands.ThawAny:
                Take(_lease.On(new LeaseInput.Thaw(ThawCause.Requested)));
                Sender.Tell(new LeaseReplies.ThawTold(_guest.Snapshot, ThawResult.Thawed, null));
                break;
            case LeaseInput input:
                Take(_lease.On(input));
                break;
            case Invocation invocation:
                _invocations.Enqueue((_guest.Name, invocation));
                break;
        }
    }

    private void OnExtend(LeaseCommands.Extend extend)
    {
        var isHeld = _lease.Phase == LeasePhase.Frozen && _lease.Lease!.Id == extend.LeaseId;
        if (isHeld)
            Take(_lease.On(new LeaseInput.Extend(LeaseRules.Extended(_lease.Lease!, extend.Ttl, null, _time.GetUtcNow()))));
        Sender.Tell(new LeaseReplies.Extended(extend.LeaseId, isHeld ? _lease.Lease!.Deadline : null));
    }

    private void Take((LeaseMachine Next, LeaseAction[] Actions) step)
    {
        var before = _lease;
        _lease = step.Next;
        foreach (var action in step.Actions)
            Carry(action);
        if (before != _lease)
            Tell();
    }

    private void Carry(LeaseAction action)
    {
        switch (action)
        {
            case LeaseAction.Record:
                _guest.Row = _lease.Lease;
                Self.Tell(new LeaseInput.Recorded(null));
                break;
            case LeaseAction.Forget:
                _guest.Row = null;
                break;
            case LeaseAction.ArmDeadline:
                var left = _lease.Lease!.Deadline - _time.GetUtcNow();
                Timers.StartSingleTimer("deadline", new LeaseInput.Expired(), left > TimeSpan.Zero ? left : TimeSpan.Zero);
                break;
            case LeaseAction.SendFreeze when !_guest.IsSilent:
                _guest.Freeze();
                _frozenAt = _time.GetTimestamp();
                Self.Tell(new LeaseInput.FreezeEnded(FreezeEnd.Frozen, 1));
                break;
            case LeaseAction.SendThaw:
                _guest.IsFrozen = false;
                Self.Tell(new LeaseInput.ThawEnded(null));
                break;
        }
    }

    private void Tell() => _holder.Tell(new LeaseEvents.Changed(_lease, _frozenAt, _lease is { Phase: LeasePhase.Thawed, WasFrozen: true } ? _time.GetElapsedTime(_frozenAt) : null, _guest.Snapshot));
}
