using System.Collections.Frozen;
using Orchestrator.Actors.Events.Wire;
using Orchestrator.Actors.Vms.Observation;

namespace Orchestrator.Actors.Clustering.Wire;

/// <summary>Every kind of message that crosses nodes: what is not here is neither sent nor read.</summary>
internal static class WireFormats
{
    /// <summary>All, in the order of their manifests.</summary>
    public static IReadOnlyList<WireFormat> All { get; } = [.. Formats().OrderBy(format => format.Manifest, StringComparer.Ordinal).Select((format, number) => format with { Number = number })];

    /// <summary>By the type of the message.</summary>
    public static FrozenDictionary<Type, WireFormat> ByType { get; } = All.ToFrozenDictionary(format => format.Type);

    /// <summary>By the name between nodes.</summary>
    public static FrozenDictionary<string, WireFormat> ByManifest { get; } = All.ToFrozenDictionary(format => format.Manifest, StringComparer.Ordinal);

    private static IEnumerable<WireFormat> Formats() =>
    [
        WireFormat.Json("node.hello.v1", WireJson.Default.Hello),
        WireFormat.Json("node.introduction.v1", WireJson.Default.Introduction),
        WireFormat.Json("node.forget.v1", WireJson.Default.ForgetNode),
        WireFormat.Json("node.vm-hosts.v1", WireJson.Default.VmHosts),
        WireFormat.Json("inventory.read.v1", WireJson.Default.ReadPart),
        WireFormat.Json("inventory.part.v1", WireJson.Default.Part),
        WireFormat.Json("inventory.read-lost.v1", WireJson.Default.ReadLost),
        WireFormat.Json("inventory.lost.v1", WireJson.Default.Lost),
        WireFormat.Json("duty.remind.v1", WireJson.Default.Remind),
        WireFormat.Json("duty.locate.v1", WireJson.Default.Locate),
        WireFormat.Json("duty.home.v1", WireJson.Default.Home),
        WireFormat.Json("duty.store-away.v1", WireJson.Default.StoreAway),
        WireFormat.Json("router.announce.v1", WireJson.Default.Announce),
        WireFormat.Json("router.dispatch.v1", WireJson.Default.Dispatch),
        WireFormat.Json("router.command-piece.v1", WireJson.Default.CommandPiece),
        WireFormat.Json("router.cancel.v1", WireJson.Default.Cancel),
        WireFormat.Json("router.acknowledge.v1", WireJson.Default.Acknowledge),
        WireFormat.Json("router.forget.v1", WireJson.Default.Forget),
        WireFormat.Json("router.received.v1", WireJson.Default.Received),
        WireFormat.Json("router.progressed.v1", WireJson.Default.Progressed),
        WireFormat.Json("router.ended.v1", WireJson.Default.Ended),
        WireFormat.Json("router.refused.v1", WireJson.Default.Refused),
        WireFormat.Json("router.read-command.v1", WireJson.Default.ReadCommand),
        WireFormat.Json("lease.order.v1", WireJson.Default.Order),
        WireFormat.Json("lease.thaw-vm.v1", WireJson.Default.ThawVm),
        WireFormat.Json("lease.plan-snapshot.v1", WireJson.Default.PlanSnapshot),
        WireFormat.Json("lease.report.v1", WireJson.Default.Report),
        WireFormat.Json("lease.refused.v1", WireJson.Default.LeasesRefused),
        WireFormat.Json("lease.vm-thawed.v1", WireJson.Default.VmThawed),
        WireFormat.Json("lease.snapshot-planned.v1", WireJson.Default.SnapshotPlanned),
        WireFormat.Json("vm.set-facts.v1", WireJson.Default.SetFacts),
        WireFormat.Json("vm.facts-set.v1", WireJson.Default.FactsSet),
        WireFormat.Json("lending.offer.v1", WireJson.Default.Offer),
        WireFormat.Json("lending.taken.v1", WireJson.Default.Taken),
        WireFormat.Json("lending.returned.v1", WireJson.Default.Returned),
        WireFormat.Json("lending.withdrawn.v1", WireJson.Default.Withdrawn),
        WireFormat.Json("lending.seek.v1", WireJson.Default.Seek),
        WireFormat.Json("lending.reclaim.v1", WireJson.Default.Reclaim),
        WireFormat.Json("lending.hand-over.v1", WireJson.Default.HandOver),
        WireFormat.Json("lending.handed-over.v1", WireJson.Default.HandedOver),
        WireFormat.Json("lending.declined.v1", WireJson.Default.Declined),
        .. EventWire.Formats,
        .. ShareWireJson.Formats,
    ];
}
