using System.IO.Enumeration;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Observation;

namespace Orchestrator.Actors.Events.Filtering;

/// <summary>Which events somebody wants: all of it must fit.</summary>
public sealed record EventFilter
{
    private const int MaxCheapSelector = 256;

    /// <summary>Every event.</summary>
    public static readonly EventFilter Everything = new();

    /// <summary>Globs (<c>*</c>, <c>?</c>) over the whole CloudEvents type or over the event's own name, one of which must fit; none: any type.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Of VMs that fit, as they were when it happened; <see langword="null"/>: any VM.</summary>
    public TargetSelector? Vms { get; init; }

    /// <summary>What guests must be looked at for, so that none of these events is missed.</summary>
    public GuestAspects Aspects => Types.Aggregate(GuestAspects.None, (aspects, type) => aspects | ObservedEvents.AspectsOf(type));

    /// <summary>What must hold of the event; <see langword="null"/>: nothing.</summary>
    public EventExpression? Expression { get; init; }

    /// <summary>Whether somebody wants the event.</summary>
    public bool Matches(FleetEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        return MatchesType(happened)
            && MatchesVm(happened)
            && Expression?.Matches(happened) != false;
    }

    /// <summary>Whether somebody asks to be told of logs that cannot be read: one of the types has to name it.</summary>
    public bool AsksFor(StreamNotice notice)
    {
        ArgumentNullException.ThrowIfNull(notice);
        return Types.Any(type => FileSystemName.MatchesSimpleExpression(type, notice.Type));
    }

    /// <summary>Whether somebody may want the event, as far as can be told at next to no cost.</summary>
    internal bool MayMatch(FleetEvent happened) => MatchesType(happened) && (Vms is null || Vms.Text.Length > MaxCheapSelector || MatchesVm(happened));

    private bool MatchesVm(FleetEvent happened) => Vms?.Matches(happened.Seen ?? new VmSnapshot { Id = happened.Vm, Name = happened.VmName, Host = happened.Host }) != false;

    private bool MatchesType(FleetEvent happened)
    {
        if (Types.Count == 0)
            return true;
        foreach (var type in Types)
        {
            if (FileSystemName.MatchesSimpleExpression(type, happened.Name) || FileSystemName.MatchesSimpleExpression(type, happened.Type))
                return true;
        }
        return false;
    }
}
