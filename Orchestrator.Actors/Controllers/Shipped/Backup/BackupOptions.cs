using System.IO.Enumeration;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Freezing;

namespace Orchestrator.Actors.Controllers.Shipped.Backup;

/// <summary>The options of <c>backup</c>, read and checked.</summary>
/// <param name="Schedule">When all groups are backed up; <see langword="null"/> for only when asked.</param>
/// <param name="TriggerType">The type, or name, of the events that ask: a glob.</param>
/// <param name="GroupLabel">VMs with the same value of this label are a group.</param>
/// <param name="Require">What is demanded of every VM.</param>
/// <param name="Directory">Where the new files go; <see langword="null"/> for beside each disk.</param>
/// <param name="Prefix">Of the snapshots' names.</param>
/// <param name="Parallel">Groups at a time.</param>
/// <param name="MinGap">From one backup of a group to the next one that an event asks for.</param>
internal sealed record BackupOptions(
    BackupSchedule? Schedule, string TriggerType, string? GroupLabel, FreezeRequirement Require, string? Directory, string Prefix, int Parallel, TimeSpan MinGap)
{
    private const int MaxPrefixLength = 40;

    /// <summary>Events that a backup makes itself: one that they ask for would never end.</summary>
    private static readonly string[] Own =
    [
        "BACKUP_COMPLETED", "BACKUP_FAILED", "GUEST_FSFREEZE_CHANGED",
        "io.orchestrator.controller.BACKUP_COMPLETED", "io.orchestrator.controller.BACKUP_FAILED", "io.orchestrator.guest.GUEST_FSFREEZE_CHANGED",
    ];

    /// <summary>Reads them.</summary>
    /// <exception cref="ArgumentException">One is not as it must be.</exception>
    public static BackupOptions Read(OptionReader reader)
    {
        var options = new BackupOptions(
            ScheduleOf(reader),
            TriggerOf(reader),
            reader.Text("group-label"),
            reader.Choice("require", FreezeRequirement.Fs),
            DirectoryOf(reader),
            PrefixOf(reader),
            reader.Number("parallel", 4, 1, 16),
            reader.Duration("min-gap", TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)));
        reader.End();
        return options;
    }

    /// <summary>Whether an event asks for a backup.</summary>
    public bool IsTrigger(FleetEvent happened) =>
        FileSystemName.MatchesSimpleExpression(TriggerType, happened.Name) || FileSystemName.MatchesSimpleExpression(TriggerType, happened.Type);

    private static BackupSchedule? ScheduleOf(OptionReader reader) =>
        reader.Text("schedule") is not { } text ? null
        : BackupSchedule.TryParse(text, out var schedule) ? schedule
        : throw reader.Broken("schedule", text, "an interval from 1m to 366d such as 6h, or times of the day in UTC such as 02:00 or 02:00,14:30");

    private static string TriggerOf(OptionReader reader)
    {
        var trigger = reader.Text("trigger-type") ?? "BACKUP_REQUESTED";
        return Array.Exists(Own, name => FileSystemName.MatchesSimpleExpression(trigger, name))
            ? throw reader.Broken("trigger-type", trigger, "a type of events that a backup does not make itself")
            : trigger;
    }

    private static string? DirectoryOf(OptionReader reader) =>
        reader.Text("dir") is not { } text || text.StartsWith('/') ? reader.Text("dir") : throw reader.Broken("dir", text, "an absolute path");

    private static string PrefixOf(OptionReader reader)
    {
        var prefix = reader.Text("name") ?? "backup";
        return prefix.Length is > 0 and <= MaxPrefixLength && prefix.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-')
            ? prefix
            : throw reader.Broken("name", prefix, $"1 to {MaxPrefixLength} letters, digits, '.', '_' and '-'");
    }
}
