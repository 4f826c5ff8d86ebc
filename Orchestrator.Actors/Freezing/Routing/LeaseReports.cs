using System.Collections.Frozen;
using System.Text.Json;
using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Freezing.Routing;

/// <summary>What crosses nodes of a lease, and back: pure functions.</summary>
internal static class LeaseReports
{
    /// <summary>Leases in one order: their paths are a few hundred bytes.</summary>
    public const int MaxOrders = 48;

    private const int MaxText = 400;

    /// <summary>Of what a VM's actor told.</summary>
    public static LeaseReport Of(LeaseEvents.Changed changed) => new(changed.Machine.Lease!.Id, 0, LeaseReportKind.Stands)
    {
        Vm = Slim(changed.Vm),
        Standing = new LeaseStanding(changed.Machine.Phase, changed.Machine.Lease.Deadline)
        {
            Filesystems = changed.Machine.Filesystems,
            Failures = changed.Machine.Failures,
            Cause = changed.Machine.Cause,
            WasFrozen = changed.Machine.WasFrozen,
            Reason = changed.Machine.Reason,
            Message = Short(changed.Machine.Message),
            FrozenFor = changed.FrozenFor,
        },
    };

    /// <summary>What a VM's actor would have told, had it been here.</summary>
    /// <param name="report">From its node.</param>
    /// <param name="lease">As it was given.</param>
    /// <param name="known">The VM as it was last seen: labels and facts do not come along.</param>
    /// <param name="frozenAt">When it was frozen, on this node's counter; 0 before.</param>
    public static LeaseEvents.Changed ChangedOf(LeaseReport report, FreezeLease lease, VmSnapshot known, long frozenAt) =>
        new(LeaseMachine.Of(report.Standing!, lease), frozenAt, report.Standing!.FrozenFor, VmOf(report, known));

    /// <summary>The VM as the report has it.</summary>
    public static VmSnapshot VmOf(LeaseReport report, VmSnapshot known) => report.Vm is { } vm ? vm with { Labels = known.Labels, Facts = known.Facts } : known;

    /// <summary>Whether no more will come of the lease.</summary>
    public static bool HasEnded(LeaseReport report) => report.Kind is not LeaseReportKind.Stands || report.Standing is { Phase: LeasePhase.Thawed };

    /// <summary>Whether it stands as is wanted, so that the order need not be repeated.</summary>
    public static bool Satisfies(LeaseReport? report, LeaseWant want) => report is not null && (HasEnded(report) || (want, report.Standing!.Phase) switch
    {
        (LeaseWant.Freeze, LeasePhase.Recording or LeasePhase.Prepared) => false,
        (LeaseWant.Thaw, not (LeasePhase.Thawing or LeasePhase.ThawFailed)) => false,
        _ => true,
    });

    /// <summary>When it was frozen, on this node's counter: late by the message's way, which is what a skew over nodes is uncertain by.</summary>
    public static long FrozenAt(TimeSpan ago, TimeProvider time) => Math.Max(1, time.GetTimestamp() - (long)(ago.TotalSeconds * time.TimestampFrequency));

    /// <summary>As many together as fit a message; one is 16 KiB at most, as JSON may write a letter in six bytes.</summary>
    public static IEnumerable<IReadOnlyList<LeaseReport>> Cut(IEnumerable<LeaseReport> reports)
    {
        var (some, size) = (new List<LeaseReport>(), 0);
        foreach (var report in reports)
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(report, WireJson.Default.LeaseReport).Length + 1;
            if (some.Count > 0 && size + bytes > WireLimits.MaxMessage)
            {
                yield return some;
                (some, size) = ([], 0);
            }
            some.Add(report);
            size += bytes;
        }
        if (some.Count > 0)
            yield return some;
    }

    /// <summary>Not longer than what a report may take.</summary>
    public static string? Short(string? text) => text is { Length: > MaxText } ? text[..MaxText] + "…" : text;

    private static VmSnapshot Slim(VmSnapshot vm) => vm with
    {
        Labels = FrozenDictionary<string, string>.Empty,
        Facts = FrozenDictionary<string, string>.Empty,
        Quarantine = null,
        Message = Short(vm.Message),
        Guest = vm.Guest is { } guest ? new GuestInfoSnapshot(Short(guest.OsType)!, Short(guest.OsVersion)!, Short(guest.AgentVersion)!) : null,
        Lease = null,
    };

    /// <summary>Of what a VM's actor does not take.</summary>
    public static LeaseReport Of(LeaseEvents.Denied denied) =>
        new(denied.LeaseId, 0, LeaseReportKind.Denied) { Reason = denied.Reason, Message = Short(denied.Message), Vm = Slim(denied.Vm) };

    /// <summary>Of a lease that the VM does not have.</summary>
    public static LeaseReport Of(LeaseEvents.Absent absent) => new(absent.LeaseId, 0, LeaseReportKind.Absent) { Vm = Slim(absent.Vm) };
}
