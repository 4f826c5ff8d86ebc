using Orchestrator.Actors.FanOut.Selectors;

namespace Orchestrator.Actors.Vms.Observation;

/// <summary>What somebody needs to know of some guests.</summary>
/// <param name="Aspects">What they must be looked at for.</param>
/// <param name="Vms">Which VMs; all if <see langword="null"/>.</param>
public sealed record ObservationNeed(GuestAspects Aspects, TargetSelector? Vms)
{
    /// <summary>Equal needs are of the same aspects and of selectors with the same text.</summary>
    public bool Equals(ObservationNeed? other) => other is not null && other.Aspects == Aspects && other.Vms?.Text == Vms?.Text;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Aspects, Vms?.Text);
}

/// <summary>All needs of a moment, ready to be asked what one VM must be looked at for. Immutable, shared by all VMs.</summary>
internal sealed class ObservationNeeds
{
    public static readonly ObservationNeeds None = new([]);

    private readonly GuestAspects _ofAll;
    private readonly ObservationNeed[] _ofSome;

    public ObservationNeeds(IReadOnlyList<ObservationNeed> needs)
    {
        _ofAll = Union(needs.Where(need => need.Vms is null));
        _ofSome = [.. needs.Where(need => need.Vms is not null && (need.Aspects & ~_ofAll) != 0).Distinct()];
    }

    /// <summary>What the VM must be looked at for now.</summary>
    public GuestAspects Of(VmSnapshot vm)
    {
        var aspects = _ofAll;
        foreach (var need in _ofSome)
        {
            if ((need.Aspects & ~aspects) != 0 && need.Vms!.Matches(vm))
                aspects |= need.Aspects;
        }
        return aspects;
    }

    private static GuestAspects Union(IEnumerable<ObservationNeed> needs) => needs.Aggregate(GuestAspects.None, (aspects, need) => aspects | need.Aspects);
}

/// <summary>Where the VMs of a VmHost find the needs when they begin, or begin anew: what is told later comes as a message.</summary>
internal sealed class ObservationBoard
{
    private volatile ObservationNeeds _needs = ObservationNeeds.None;

    /// <summary>The newest; written by the <c>VmHostSupervisor</c> alone.</summary>
    public ObservationNeeds Needs
    {
        get => _needs;
        set => _needs = value;
    }
}
