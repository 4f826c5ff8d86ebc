using System.Globalization;

namespace Orchestrator.Actors.Controllers.Shipped;

/// <summary>Reads the options of one controller: each by its name, and none that nobody knows.</summary>
/// <param name="controller">Its name, for errors.</param>
/// <param name="options">From the configuration.</param>
internal sealed class OptionReader(string controller, ControllerOptions options)
{
    private readonly HashSet<string> _known = [];

    /// <summary>The text of an option; <see langword="null"/> if it is not given.</summary>
    public string? Text(string name)
    {
        _known.Add(name);
        return options.Values.GetValueOrDefault(name);
    }

    /// <summary>A number and its unit: <c>500ms</c>, <c>1.5s</c>, <c>2m</c>, <c>6h</c>, <c>7d</c>.</summary>
    public TimeSpan Duration(string name, TimeSpan otherwise, TimeSpan shortest, TimeSpan longest) => OptionalDuration(name, shortest, longest) ?? otherwise;

    /// <inheritdoc cref="Duration"/>
    public TimeSpan? OptionalDuration(string name, TimeSpan shortest, TimeSpan longest)
    {
        if (Text(name) is not { } text)
            return null;
        return TryParseDuration(text, out var duration) && duration >= shortest && duration <= longest
            ? duration
            : throw Broken(name, text, $"a duration from {Format(shortest)} to {Format(longest)}, such as 500ms, 2s, 1m or 6h");
    }

    /// <summary>A whole number.</summary>
    public int Number(string name, int otherwise, int least, int most)
    {
        if (Text(name) is not { } text)
            return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Broken(name, text, $"a whole number from {least} to {most}");
    }

    /// <summary>One of the names of an enum, whatever their case.</summary>
    public T Choice<T>(string name, T otherwise)
        where T : struct, Enum
    {
        if (Text(name) is not { } text)
            return otherwise;
        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(value.ToString(), text, StringComparison.OrdinalIgnoreCase))
                return value;
        }
        throw Broken(name, text, $"one of {string.Join(", ", Enum.GetNames<T>().Select(value => value.ToLowerInvariant()))}");
    }

    /// <summary>To be called once all have been asked for.</summary>
    /// <exception cref="ArgumentException">An option is given that nobody has asked for.</exception>
    public void End()
    {
        foreach (var name in options.Values.Keys.Order(StringComparer.Ordinal))
        {
            if (!_known.Contains(name))
                throw new ArgumentException($"{controller}: there is no option '{name}': it has {string.Join(", ", _known.Order(StringComparer.Ordinal))}");
        }
    }

    /// <summary>An option whose value does not fit.</summary>
    /// <param name="name">Of the option.</param>
    /// <param name="text">As it was written.</param>
    /// <param name="expected">What would fit.</param>
    public ArgumentException Broken(string name, string text, string expected) => new($"{controller}: option '{name}' is '{text}': it must be {expected}");

    /// <summary>Reads a duration that is greater than 0 and no longer than 10,000 days.</summary>
    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        duration = default;
        var unit = text.AsSpan().TrimStart("0123456789.");
        double? seconds = unit switch
        {
            "ms" => 0.001,
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            _ => null,
        };
        if (seconds is not { } factor
            || !double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number * factor is not (> 0 and <= 864_000_000))
            return false;
        duration = TimeSpan.FromSeconds(number * factor);
        return duration > TimeSpan.Zero;
    }

    private static string Format(TimeSpan duration) => duration switch
    {
        { TotalDays: >= 1 } when duration.Ticks % TimeSpan.TicksPerDay == 0 => $"{duration.TotalDays}d",
        { TotalHours: >= 1 } when duration.Ticks % TimeSpan.TicksPerHour == 0 => $"{duration.TotalHours}h",
        { TotalMinutes: >= 1 } when duration.Ticks % TimeSpan.TicksPerMinute == 0 => $"{duration.TotalMinutes}m",
        { TotalSeconds: >= 1 } when duration.Ticks % TimeSpan.TicksPerSecond == 0 => $"{duration.TotalSeconds}s",
        _ => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds}ms"),
    };
}
