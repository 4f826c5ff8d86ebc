using System.Globalization;
using System.Text;
using Orchestrator.Actors.Events.Subscriptions;

namespace Orchestrator.Host.Webhooks;

/// <summary>Reads what receivers answer.</summary>
internal static class WebhookResponses
{
    /// <summary>Of an answer's body more than this is never read.</summary>
    public const int MaxBodyBytes = 4096;

    private const int MaxShown = 200;

    /// <summary>Status and beginning of the body, for people.</summary>
    public static async Task<string> DescribeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)response.StatusCode} {response.ReasonPhrase}").TrimEnd();
        if (response.IsSuccessStatusCode)
            return status;
        if ((int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location)
            return $"{status} to {Cut(location.OriginalString)}: redirects are not followed";
        var text = Cut(await BeginningAsync(response, cancellationToken).ConfigureAwait(false));
        return text.Length == 0 ? status : $"{status}: {text}";
    }

    /// <summary>How long the receiver asks to be left alone; <see langword="null"/> if it does not.</summary>
    public static TimeSpan? RetryAfterOf(HttpResponseMessage response, DateTimeOffset now) => response.Headers.RetryAfter switch
    {
        { Delta: { } pause } => pause,
        { Date: { } until } => until > now ? until - now : TimeSpan.Zero,
        _ => null,
    };

    /// <summary>Whether the receiver wants events (CloudEvents webhook specification, section 4.2).</summary>
    /// <param name="response">To <c>OPTIONS</c>.</param>
    /// <param name="origin">What was told in <c>WebHook-Request-Origin</c>.</param>
    /// <param name="description">Of the answer.</param>
    public static HandshakeAnswer HandshakeOf(HttpResponseMessage response, string origin, string description)
    {
        var allowed = HeaderOf(response, "WebHook-Allowed-Origin");
        if (!response.IsSuccessStatusCode)
            return Refused($"{description}: it must be 200 with WebHook-Allowed-Origin");
        if (allowed is null)
            return Refused($"{description} without WebHook-Allowed-Origin: it must be '{origin}' or '*'");
        if (allowed != "*" && !allowed.Equals(origin, StringComparison.OrdinalIgnoreCase))
            return Refused($"{description} with WebHook-Allowed-Origin: {Cut(allowed)}: it must be '{origin}' or '*'");
        var rate = HeaderOf(response, "WebHook-Allowed-Rate");
        if (rate is null or "*")
            return new HandshakeAnswer(true, null, description);
        return int.TryParse(rate, NumberStyles.None, CultureInfo.InvariantCulture, out var perMinute) && perMinute > 0
            ? new HandshakeAnswer(true, perMinute, description)
            : Refused($"{description} with WebHook-Allowed-Rate: {Cut(rate)}: it must be a number of requests a minute, or '*'");
    }

    /// <summary>As a refusal.</summary>
    public static HandshakeAnswer Refused(string what) =>
        new(false, null, $"the receiver did not say that it wants events: OPTIONS brought {what}. With 'handshake': false it is not asked");

    private static string? HeaderOf(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(',', values).Trim() : null;

    private static async Task<string> BeginningAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var (bytes, length) = (new byte[MaxBodyBytes], 0);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            for (int read; length < bytes.Length && (read = await body.ReadAsync(bytes.AsMemory(length), cancellationToken).ConfigureAwait(false)) > 0;)
                length += read;
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            // The status says what is to be done; the body is only for people.
        }
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static string Cut(string text) => text.Length <= MaxShown ? text.Trim() : string.Concat(text.AsSpan(0, MaxShown).Trim(), "…");
}
