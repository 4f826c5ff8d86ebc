using Microsoft.Extensions.Logging;

namespace Orchestrator.Actors.Vms;

/// <summary>What VMs tell operators: 1700 to 1799 (docs/OPERATIONS.md).</summary>
internal static partial class VmLogEntries
{
    [LoggerMessage(1701, LogLevel.Warning, "{Count} VMs have names that others have: only the first of each name is taken")]
    public static partial void SameNames(ILogger log, int count);

    [LoggerMessage(1702, LogLevel.Information, "{Vm}: its QMP commands go to QEMU unchecked: {Reason}")]
    public static partial void Unchecked(ILogger log, string vm, string reason);

    [LoggerMessage(1703, LogLevel.Information, "{Vm}: the agent answered {Command} after its deadline: {Result}")]
    public static partial void AnsweredLate(ILogger log, string vm, string command, string result);

    [LoggerMessage(1704, LogLevel.Warning, "{Vm}: the guest is quarantined ({Kind}): {Reason}. 'vm get' shows the evidence; 'vm release' opens its channel again")]
    public static partial void Quarantined(ILogger log, string vm, GuestQuarantineKind kind, string reason);
}
