using System.Globalization;

namespace Orchestrator.Host.Api;

/// <summary>The request header <c>Prefer</c> (RFC 7240).</summary>
internal static class Preference
{
    private const double LongestSeconds = 86_400;

    /// <summary><c>wait=SECONDS</c>; <see langword="null"/> if absent or malformed (preferences that are not understood are ignored).</summary>
    public static TimeSpan? Wait(HttpContext context)
    {
        foreach (var preference in context.Request.Headers["Prefer"].SelectMany(header => header?.Split([',', ';']) ?? []))
        {
            var parts = preference.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts is ["wait", var text] && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds <= LongestSeconds)
                return TimeSpan.FromSeconds(seconds);
        }
        return null;
    }
}
