using System.CommandLine;
using System.Globalization;

namespace Orchestrator.Host.Cli;

/// <summary>Durations as people write them: a number and a unit, <c>500ms</c>, <c>1.5s</c>, <c>2m</c>, <c>1h</c>; at most 24 h.</summary>
internal static class Durations
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var unit = text.AsSpan().TrimStart("0123456789.");
        double? seconds = unit switch
        {
            "ms" => 0.001,
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => null,
        };
        if (seconds is not { } factor
            || !double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number * factor is not (>= 0.001 and <= 86400))
            return false;
        duration = TimeSpan.FromSeconds(number * factor);
        return duration <= Longest;
    }

    public static Option<TimeSpan?> Option(string name, string description)
    {
        return new Option<TimeSpan?>(name)
        {
            Description = description,
            HelpName = "DURATION",
            CustomParser = result =>
            {
                var text = result.Tokens[^1].Value;
                if (TryParse(text, out var duration))
                    return duration;
                result.AddError($"{name}: '{text}' is not a duration from 1ms to 24h: write 500ms, 2s, 1m or 1h");
                return null;
            },
        };
    }

    /// <summary>For people, three digits: <c>0.41 ms</c>, <c>412 ms</c>, <c>1.25 s</c>.</summary>
    public static string Format(double milliseconds) => milliseconds switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.##} ms"),
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0} ms"),
        < 60_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0.##} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 60_000:0.#} min"),
    };
}
