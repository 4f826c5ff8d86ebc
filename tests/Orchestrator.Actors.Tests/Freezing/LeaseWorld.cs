using Orchestrator.Actors.Freezing;
using static Orchestrator.Actors.Tests.Freezing.LeaseSamples;

namespace Orchestrator.Actors.Tests.Freezing;

/// <summary>
/// A guest, a wire, a disk and timers around a <see cref="LeaseMachine"/>, of which a number chooses what happens next. The agent does what it was
/// sent in order, whether or not anybody still waits for the answer, and also after the node was killed.
/// </summary>
internal sealed class LeaseWorld
{
    private enum Command
    {
        Freeze,
        Status,
        Thaw,
    }

    private sealed class Sent(Command command)
    {
        public Command Command { get; } = command;

        public bool IsAwaited { get; set; } = true;
    }

    private readonly List<Sent> _wire = [];
    private readonly Queue<(LeaseAction Action, FreezeLease Lease)> _disk = [];
    private readonly HashSet<string> _timers = [];
    private int _leases;

    public LeaseMachine Machine { get; private set; } = LeaseMachine.Thawed;

    public bool IsGuestFrozen { get; private set; }

    public FreezeLease? Row { get; private set; }

    public List<string> History { get; } = [];

    /// <summary>Whether the guest is, or may yet come to be, frozen, and nobody would know of it after a kill.</summary>
    public bool IsUnprotected => (IsGuestFrozen || _wire.Any(sent => sent.Command == Command.Freeze)) && Row is null;

    public void Step(int choice)
    {
        switch (choice % 14)
        {
            case 0:
                Take(new LeaseInput.Prepare(Lease($"lease{++_leases}")));
                break;
            case 1:
                Take(new LeaseInput.Freeze());
                break;
            case 2:
                Take(new LeaseInput.Thaw(ThawCause.Requested));
                break;
            case 3 or 4:
                Execute();
                break;
            case 5:
                GiveUpWaiting();
                break;
            case 6:
                Disconnect();
                break;
            case 7:
                Write(fails: false);
                break;
            case 8:
                Write(fails: true);
                break;
            case 9 when _timers.Remove("deadline"):
                Take(new LeaseInput.Expired());
                break;
            case 10:
                Take(_timers.Remove("overdue") ? new LeaseInput.ThawOverdue() : new LeaseInput.RetryDue());
                break;
            case 11:
                Take(new LeaseInput.Extend(Lease($"lease{_leases}") with { Deadline = Start.AddHours(1) }));
                break;
            case 12:
                Kill();
                break;
            case 13:
                Refuse();
                break;
        }
    }

    /// <summary>Everything works from now on, and time passes.</summary>
    public void Settle()
    {
        for (var step = 0; step < 200; step++)
        {
            Write(fails: false);
            Execute();
            if (_wire.Count > 0 || _disk.Count > 0)
                continue;
            _timers.Remove("deadline");
            Take(new LeaseInput.Expired());
            Take(new LeaseInput.RetryDue());
        }
    }

    private void Take(LeaseInput input)
    {
        History.Add(input.GetType().Name);
        Carry(Machine.On(input));
    }

    private void Carry((LeaseMachine Next, LeaseAction[] Actions) step)
    {
        Machine = step.Next;
        foreach (var action in step.Actions)
        {
            switch (action)
            {
                case LeaseAction.Record or LeaseAction.Forget:
                    _disk.Enqueue((action, Machine.Lease!));
                    break;
                case LeaseAction.SendFreeze:
                    _wire.Add(new Sent(Command.Freeze));
                    break;
                case LeaseAction.AskStatus:
                    _wire.Add(new Sent(Command.Status));
                    break;
                case LeaseAction.SendThaw:
                    _wire.Add(new Sent(Command.Thaw));
                    _timers.Add("overdue");
                    break;
                case LeaseAction.ArmDeadline:
                    _timers.Add("deadline");
                    break;
            }
        }
        if (Machine.Phase == LeasePhase.Thawed)
            _timers.Clear();
    }

    private void Execute()
    {
        if (_wire.Count == 0)
            return;
        var sent = _wire[0];
        _wire.RemoveAt(0);
        var wasFrozen = IsGuestFrozen;
        IsGuestFrozen = sent.Command == Command.Freeze || (sent.Command == Command.Status && IsGuestFrozen);
        History.Add($"agent executes {sent.Command}");
        if (sent.IsAwaited)
            Take(Answer(sent.Command, wasFrozen));
    }

    private static LeaseInput Answer(Command command, bool wasFrozen) => command switch
    {
        Command.Freeze when wasFrozen => new LeaseInput.FreezeEnded(FreezeEnd.NotTaken),
        Command.Freeze => new LeaseInput.FreezeEnded(FreezeEnd.Frozen, 1),
        Command.Status => new LeaseInput.StatusTold(wasFrozen),
        _ => new LeaseInput.ThawEnded(null),
    };

    private void GiveUpWaiting()
    {
        if (_wire.FirstOrDefault(sent => sent.IsAwaited) is not { } sent)
            return;
        sent.IsAwaited = false;
        Take(sent.Command switch
        {
            Command.Freeze => new LeaseInput.FreezeEnded(FreezeEnd.Unknown),
            Command.Status => new LeaseInput.StatusTold(null),
            _ => new LeaseInput.ThawEnded("no answer"),
        });
    }

    /// <summary>What was not written yet is told to be so.</summary>
    private void Disconnect()
    {
        if (_wire.LastOrDefault(sent => sent.IsAwaited) is not { } sent)
            return;
        _wire.Remove(sent);
        Take(sent.Command switch
        {
            Command.Freeze => new LeaseInput.FreezeEnded(FreezeEnd.NotSent),
            Command.Status => new LeaseInput.StatusTold(null),
            _ => new LeaseInput.ThawEnded("not sent"),
        });
    }

    private void Refuse()
    {
        if (_wire is not [{ IsAwaited: true, Command: not Command.Status } sent, ..])
            return;
        _wire.RemoveAt(0);
        Take(sent.Command == Command.Thaw ? new LeaseInput.ThawEnded("refused") : IsGuestFrozen ? new LeaseInput.FreezeEnded(FreezeEnd.NotTaken) : new LeaseInput.FreezeEnded(FreezeEnd.Failed));
    }

    private void Write(bool fails)
    {
        if (!_disk.TryDequeue(out var write))
            return;
        History.Add($"disk {(fails ? "fails" : "does")} {write.Action} of {write.Lease.Id}");
        if (!fails && write.Action == LeaseAction.Record)
            Row = write.Lease;
        else if (!fails && Row?.Id == write.Lease.Id)
            Row = null;
        if (write.Action == LeaseAction.Record && write.Lease.Id == Machine.Lease?.Id)
            Take(new LeaseInput.Recorded(fails ? "the disk is full" : null));
    }

    /// <summary>The node is killed and starts again: the disk has what had been written, and the agent what had been sent.</summary>
    private void Kill()
    {
        History.Add("kill -9");
        _disk.Clear();
        _timers.Clear();
        foreach (var sent in _wire)
            sent.IsAwaited = false;
        Machine = LeaseMachine.Thawed;
        if (Row is { } left)
            Carry(LeaseMachine.Resume(left));
    }
}
