using System.Globalization;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Configuration;

/// <summary>How long something is kept, as the configuration says it.</summary>
internal static class ConfigAge
{
    private const double MaxDays = 36_500;

    /// <summary>A number and <c>m</c>, <c>h</c> or <c>d</c>; up to 100 years.</summary>
    /// <param name="text">The value of <c>age</c>.</param>
    /// <param name="path">The configuration's, for the error.</param>
    /// <param name="section">Where it stands, for the error.</param>
    /// <exception cref="ServeException">It is not one.</exception>
    public static TimeSpan Parse(string text, string path, string section)
    {
        var days = text.AsSpan().TrimStart("0123456789.") switch
        {
            "m" => 1.0 / 1440,
            "h" => 1.0 / 24,
            "d" => 1.0,
            _ => double.NaN,
        };
        return double.TryParse(text.AsSpan(0, Math.Max(0, text.Length - 1)), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number * days is > 0 and <= MaxDays
            ? TimeSpan.FromDays(number * days)
            : throw new ServeException($"{path}: 'age' of '{section}' is '{text}': write a duration such as 90m, 12h or 30d");
    }
}
