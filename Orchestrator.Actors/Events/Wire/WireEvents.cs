using System.Collections.Frozen;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Events.Wire;

/// <summary>Events to and from their form between nodes.</summary>
internal static class WireEvents
{
    /// <summary>As it is sent.</summary>
    public static WireEvent Write(FleetEvent happened) => new()
    {
        Epoch = happened.Epoch,
        Sequence = happened.Sequence,
        Host = happened.Host,
        Vm = happened.Vm?.Value,
        VmName = happened.VmName,
        Name = happened.Name,
        Controller = happened.Controller,
        Time = happened.Time,
        Guest = happened.Provenance == Provenance.Guest,
        Incarnation = happened.Incarnation,
        Session = happened.Session,
        Seen = happened.Seen is { } seen ? Write(seen) : null,
        Data = happened.Data.IsEmpty ? null : new WireData(happened.Data),
    };

    /// <summary>As it was.</summary>
    public static FleetEvent Read(WireEvent wire) => new()
    {
        Epoch = wire.Epoch,
        Sequence = wire.Sequence,
        Host = wire.Host,
        Vm = IdOf(wire.Vm),
        VmName = wire.VmName,
        Name = wire.Name,
        Controller = wire.Controller,
        Time = wire.Time,
        Provenance = wire.Guest ? Provenance.Guest : Provenance.Host,
        Incarnation = wire.Incarnation,
        Session = wire.Session,
        Seen = wire.Seen is { } seen ? Read(seen) : null,
        Data = wire.Data?.Json ?? default,
    };

    private static WireSeen Write(VmSnapshot seen) => new()
    {
        Id = seen.Id?.Value,
        Name = seen.Name,
        Host = seen.Host,
        State = seen.State,
        Agent = seen.Agent,
        Incarnation = seen.Incarnation,
        Labels = seen.Labels.Count > 0 ? seen.Labels : null,
        Facts = seen.Facts.Count > 0 ? seen.Facts : null,
    };

    private static VmSnapshot Read(WireSeen wire) => new()
    {
        Id = IdOf(wire.Id),
        Name = wire.Name,
        Host = wire.Host,
        State = wire.State,
        Agent = wire.Agent,
        Incarnation = wire.Incarnation,
        Labels = TextsOf(wire.Labels),
        Facts = TextsOf(wire.Facts),
    };

    private static VmId? IdOf(Guid? id) => id is { } known ? new VmId(known) : null;

    private static FrozenDictionary<string, string> TextsOf(IReadOnlyDictionary<string, string>? texts) => texts?.ToFrozenDictionary(StringComparer.Ordinal) ?? FrozenDictionary<string, string>.Empty;
}
