using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Orchestrator.Actors.Controllers.Shipped.Backup;

/// <summary>When backups are due: every so often (<c>6h</c>), or at times of the day in UTC (<c>02:00</c>, <c>02:00,14:30</c>). Pure.</summary>
internal sealed class BackupSchedule
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1), Longest = TimeSpan.FromDays(366);
    private const int MaxTimes = 96;
    private readonly TimeSpan? _every;
    private readonly TimeOnly[] _times;

    private BackupSchedule(string text, TimeSpan? every, TimeOnly[] times) => (Text, _every, _times) = (text, every, times);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Reads a schedule: an interval from 1 minute to 366 days, or up to 96 times of the day.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out BackupSchedule? schedule)
    {
        schedule = null;
        if (OptionReader.TryParseDuration(text, out var every))
        {
            schedule = every >= Shortest && every <= Longest ? new BackupSchedule(text, every, []) : null;
            return schedule is not null;
        }
        var times = new List<TimeOnly>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (times.Count == MaxTimes || !TimeOnly.TryParseExact(part, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
                return false;
            times.Add(time);
        }
        schedule = new BackupSchedule(text, null, [.. times.Distinct().Order()]);
        return true;
    }

    /// <summary>The first time that it is due after a moment.</summary>
    public DateTimeOffset Next(DateTimeOffset after)
    {
        if (_every is { } every)
            return after + every;
        var day = DateOnly.FromDateTime(after.UtcDateTime);
        foreach (var time in _times)
        {
            var at = At(day, time);
            if (at > after)
                return at;
        }
        return At(day.AddDays(1), _times[0]);
    }

    private static DateTimeOffset At(DateOnly day, TimeOnly time) => new(day.ToDateTime(time, DateTimeKind.Utc));
}
