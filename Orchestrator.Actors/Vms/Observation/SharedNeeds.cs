using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Actors.FanOut.Selectors;

namespace Orchestrator.Actors.Vms.Observation;

/// <summary>Needs to and from their form between nodes. Where something cannot be said or understood, more guests are looked at, never fewer.</summary>
internal static class SharedNeeds
{
    /// <summary>Bytes of the needs in one message.</summary>
    public const int MaxBytes = 48 << 10;

    /// <summary>Names of members and aspects.</summary>
    private const int Frame = 96;

    /// <summary>As they are sent: those whose selectors do not fit into a message are joined to one for all VMs.</summary>
    public static IReadOnlyList<SharedNeed> Write(IEnumerable<ObservationNeed> needs)
    {
        var (shared, joined, bytes) = (new List<SharedNeed>(), GuestAspects.None, Frame);
        foreach (var need in needs.OrderBy(need => need.Vms?.Text.Length ?? 0).ThenBy(need => need.Vms?.Text, StringComparer.Ordinal).ThenBy(need => need.Aspects))
        {
            var size = Frame + WireText.MaxBytes(need.Vms?.Text);
            if (bytes + size > MaxBytes)
            {
                joined |= need.Aspects;
                continue;
            }
            bytes += size;
            shared.Add(new SharedNeed(need.Aspects, need.Vms?.Text));
        }
        if (joined != GuestAspects.None)
            shared.Add(new SharedNeed(joined, null));
        return shared;
    }

    /// <summary>As they are meant: a selector that this version cannot read is for all VMs, and aspects that it does not know are left out.</summary>
    public static IEnumerable<ObservationNeed> Read(IEnumerable<SharedNeed> shared)
    {
        foreach (var need in shared)
        {
            if ((need.Aspects & GuestAspects.All) is not GuestAspects.None and var aspects)
                yield return new ObservationNeed(aspects, need.Vms is not null && TargetSelector.TryParse(need.Vms, out var vms, out _) ? vms : null);
        }
    }
}
