namespace Orchestrator.Host.Cli.Results;

/// <summary>
/// Members whose values are another at every look, by command: times, counters, loads, numbers of processes and handles. They say nothing of whether two VMs
/// are alike, so comparisons leave them out (docs/RESULTS.md has the table).
/// </summary>
internal static class VolatileMembers
{
    /// <summary>Paths as <see cref="MemberPath"/> reads them, by name of a guest agent's or QMP command.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> All { get; } = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
    {
        ["guest-exec"] = ["pid"],
        ["guest-file-open"] = ["."],
        ["guest-fstrim"] = ["paths[].trimmed"],
        ["guest-get-cpustats"] =
            ["[].user", "[].nice", "[].system", "[].idle", "[].iowait", "[].irq", "[].softirq", "[].steal", "[].guest", "[].guestnice"],
        ["guest-get-disks"] =
        [
            "[].smart.temperature",
            "[].smart.data-units-read-lo", "[].smart.data-units-read-hi", "[].smart.data-units-written-lo", "[].smart.data-units-written-hi",
            "[].smart.host-read-commands-lo", "[].smart.host-read-commands-hi", "[].smart.host-write-commands-lo", "[].smart.host-write-commands-hi",
            "[].smart.controller-busy-time-lo", "[].smart.controller-busy-time-hi", "[].smart.power-on-hours-lo", "[].smart.power-on-hours-hi",
        ],
        ["guest-get-diskstats"] = ["[].stats"],
        ["guest-get-fsinfo"] = ["[].used-bytes"],
        ["guest-get-load"] = ["load1m", "load5m", "load15m"],
        ["guest-get-time"] = ["."],
        ["guest-get-users"] = ["[].login-time"],
        ["guest-network-get-interfaces"] = ["[].statistics"],
        ["guest-network-get-route"] = ["[].refcnt", "[].use"],
        ["query-block"] = ["actual-size"],
        ["query-block-jobs"] = ["[].offset", "[].speed"],
        ["query-blockstats"] = ["stats"],
        ["query-cpus-fast"] = ["[].thread-id"],
        ["query-dirty-rate"] = ["start-time", "dirty-rate"],
        ["query-iothreads"] = ["[].thread-id"],
        ["query-jobs"] = ["[].current-progress"],
        ["query-migrate"] = ["total-time", "setup-time", "downtime", "expected-downtime", "ram"],
        ["query-named-block-nodes"] = ["actual-size"],
        ["query-replay"] = ["icount"],
        ["query-stats"] = ["[].stats[].value"],
    };

    /// <summary>Those of a command; none of one that has none, or is not known.</summary>
    public static IReadOnlyList<string> Of(string? command) => command is not null && All.TryGetValue(command, out var members) ? members : [];
}
