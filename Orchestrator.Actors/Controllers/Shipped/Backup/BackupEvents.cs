using System.Text.Json;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Controllers.Shipped.Backup;

/// <summary>What the controller <c>backup</c> tells.</summary>
internal static class BackupEvents
{
    public const string Completed = "BACKUP_COMPLETED", Failed = "BACKUP_FAILED";

    /// <summary>Most files, and VMs, that one event lists.</summary>
    public const int MaxListed = 512;

    /// <summary>A backup that has ended.</summary>
    /// <param name="group">Its name.</param>
    /// <param name="vms">The group; empty if it is not known any more.</param>
    /// <param name="result">What became of it.</param>
    /// <param name="took">From the questions to the last thaw; <see langword="null"/> if nobody knows.</param>
    public static ReadOnlyMemory<byte> Data(string group, IReadOnlyList<VmSnapshot> vms, BackupResult result, TimeSpan? took) => ControllerEvents.Encode(writer =>
    {
        writer.WriteString("group"u8, group);
        if (result.Reason is not null)
            writer.WriteString("reason"u8, result.Reason);
        if (result.Message is not null)
            writer.WriteString("message"u8, result.Message);
        if (result.Consistency is { } consistency)
            writer.WriteString("consistency"u8, JsonNamingPolicy.KebabCaseLower.ConvertName(consistency.ToString()));
        WriteVms(writer, vms);
        WriteFiles(writer, result.Taken);
        if (took is { } time)
            writer.WriteNumber("took-ms"u8, (long)time.TotalMilliseconds);
        if (result.Skew is { } skew)
            writer.WriteNumber("skew-ms"u8, Math.Round(skew.TotalMilliseconds, 3));
        if (result.Freeze.Length > 0)
            writer.WriteString("freeze"u8, result.Freeze);
    });

    private static void WriteVms(Utf8JsonWriter writer, IReadOnlyList<VmSnapshot> vms)
    {
        writer.WriteStartArray("vms"u8);
        foreach (var vm in vms.Take(MaxListed))
            writer.WriteStringValue(NameOf(vm));
        writer.WriteEndArray();
        if (vms.Count > MaxListed)
            writer.WriteNumber("vms-left-out"u8, vms.Count - MaxListed);
    }

    private static void WriteFiles(Utf8JsonWriter writer, IReadOnlyList<VmDiskSnapshot> taken)
    {
        var files = taken.SelectMany(vm => vm.Files.Select(file => (vm.Vm, File: file))).ToArray();
        writer.WriteStartArray("files"u8);
        foreach (var (vm, file) in files.Take(MaxListed))
        {
            writer.WriteStartObject();
            writer.WriteString("vm"u8, NameOf(vm));
            writer.WriteString("disk"u8, file.Disk);
            writer.WriteString("base"u8, file.Base);
            writer.WriteString("overlay"u8, file.Overlay);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        if (files.Length > MaxListed)
            writer.WriteNumber("files-left-out"u8, files.Length - MaxListed);
    }

    private static string NameOf(VmSnapshot vm) => $"{vm.Host}/{vm.Name}";
}
