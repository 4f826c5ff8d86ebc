using Akka.Actor;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.VmHosts;

namespace Orchestrator.Actors.FanOut;

/// <summary>In a cluster: a VM that is not where it was, and was sent nothing, may be another node's since its live migration. It is looked for by its identity.</summary>
internal sealed partial class JobActor
{
    /// <summary>Every node has heard by then where it is.</summary>
    private static readonly TimeSpan ElsewherePatience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ShortestElsewherePause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan InventoryTimeout = TimeSpan.FromSeconds(5);

    private bool MayBeElsewhere(int ordinal, Outcome outcome) =>
        _fleet is not null && (_wireCommand is not null || _commandBytes is not null) && _state.Stop == JobStop.None && _targets[ordinal].Vm is not null && outcome is { Phase: Phase.Undelivered, Reason: Reasons.VmNotFound, Effect: Effect.None };

    private void LookElsewhere(int ordinal, Outcome outcome, TimeSpan until)
    {
        if (!TargetSelector.TryParse(_targets[ordinal].Vm!.Value.ToString(), out var same, out _))
            return;
        _environment.Inventory.Ask<InventoryReplies.Selection>(new InventoryQueries.Select(same), InventoryTimeout).PipeTo(
            Self,
            success: found => new JobSignals.Elsewhere(ordinal, outcome, until, found.Entries),
            failure: _ => new JobSignals.Elsewhere(ordinal, outcome, until, []));
    }

    /// <summary>Half as long as was waited: a look costs the inventory a walk over the fleet, and many VMs may go at once that come nowhere.</summary>
    private TimeSpan PauseBefore(TimeSpan until)
    {
        var pause = (Now - (until - ElsewherePatience)) / 2;
        return pause < ShortestElsewherePause ? ShortestElsewherePause : pause < until - Now ? pause : until - Now;
    }

    private void OnElsewhere(JobSignals.Elsewhere looked)
    {
        var (ordinal, outcome, before) = (looked.Ordinal, looked.Outcome, _entries[looked.Ordinal]);
        if (_state.Stop == JobStop.None && looked.Found.FirstOrDefault(entry => !entry.Vm.Equals(before?.Vm) && entry.Snapshot.RunState != "inmigrate") is { } entry)
        {
            _entries[ordinal] = entry;
            _pacing.Retry(ordinal, Now);
            Pump();
        }
        else if (_state.Stop == JobStop.None && Now < looked.Until)
        {
            Timers.StartSingleTimer(("elsewhere", ordinal), new JobSignals.ElsewhereDue(ordinal, outcome, looked.Until), PauseBefore(looked.Until));
        }
        else
        {
            Conclude([(ordinal, _state.Stop == JobStop.None ? outcome : Voiding(ordinal, NotBegun(ordinal, _state.Stop)))]);
        }
    }
}
