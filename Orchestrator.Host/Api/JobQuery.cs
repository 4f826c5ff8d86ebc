using System.Globalization;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Api;

/// <summary>Query parameters of the jobs' routes and the header <c>Idempotency-Key</c>; what is wrong is told by its name.</summary>
internal static class JobQuery
{
    public const int MostJobs = 1000;
    public const int MostInvocations = 10_000;
    private const int LongestKey = 200;

    /// <exception cref="RequestException">A parameter is not as it should be.</exception>
    public static JobFilter Filter(IQueryCollection query) => new()
    {
        Limit = Number(query, "limit", 100, 1, MostJobs),
        Before = Text(query, "before"),
        Command = Text(query, "command"),
        Phase = Text(query, "phase") is { } phase ? NameOf<JobPhase>("phase", phase) : null,
        Since = Text(query, "since") is { } since ? TimeOf(since) : null,
    };

    /// <summary>Which targets of a job are asked for; by default those that have their outcome.</summary>
    /// <exception cref="RequestException">A parameter is not as it should be.</exception>
    public static Func<InvocationState, bool> Invocations(IQueryCollection query)
    {
        var reason = Text(query, "reason");
        var (ended, pending) = (new HashSet<Phase>(), new HashSet<PendingPhase>());
        foreach (var name in Text(query, "phase")?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            if (Enum.TryParse<PendingPhase>(name, ignoreCase: true, out var stage) && !char.IsAsciiDigit(name[0]))
                pending.Add(stage);
            else
                ended.Add(NameOf<Phase>("phase", name));
        }
        var all = ended.Count + pending.Count == 0;
        var withPending = all && Flag(query, "pending");
        return state => (reason is null || state.Reason == reason)
            && (state.Outcome is { } outcome ? all || ended.Contains(outcome.Phase) : withPending || pending.Contains(state.Pending!.Value));
    }

    /// <summary>A number of a range; <paramref name="otherwise"/> if it is not given.</summary>
    /// <exception cref="RequestException">It is none.</exception>
    public static int Number(IQueryCollection query, string name, int otherwise, int least, int most) => Text(query, name) switch
    {
        null => otherwise,
        { } text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most => number,
        { } text => throw Invalid($"'{name}' is '{text}': write a number from {least} to {most}"),
    };

    /// <summary>The phases of <c>only</c>.</summary>
    /// <exception cref="RequestException">One is none that can be tried again.</exception>
    public static IReadOnlyList<Phase> Only(IReadOnlyList<string>? names) => [.. (names ?? []).Select((name, at) => name.ToUpperInvariant() switch
    {
        "UNDELIVERED" => Phase.Undelivered,
        "FAILED" => Phase.Failed,
        "UNKNOWN" => Phase.Unknown,
        "REFUSED" => Phase.Refused,
        "TIMEDOUT" => Phase.TimedOut,
        "SKIPPED" => Phase.Skipped,
        "CANCELLED" => Phase.Cancelled,
        _ => throw Invalid($"'only[{at}]' is '{name}': write undelivered, failed, unknown, refused, timedOut, skipped or cancelled"),
    })];

    /// <summary>The header <c>Idempotency-Key</c>; <see langword="null"/> if there is none.</summary>
    /// <exception cref="RequestException">It is empty or too long.</exception>
    public static string? IdempotencyKey(HttpContext context) => context.Request.Headers["Idempotency-Key"].FirstOrDefault() switch
    {
        null => null,
        { Length: > 0 and <= LongestKey } key => key,
        _ => throw Invalid($"the header Idempotency-Key must have 1 to {LongestKey} characters"),
    };

    private static bool Flag(IQueryCollection query, string name) => Text(query, name) switch
    {
        null or "false" => false,
        "true" => true,
        { } text => throw Invalid($"'{name}' is '{text}': write true or false"),
    };

    private static string? Text(IQueryCollection query, string name) => query[name].FirstOrDefault();

    private static T NameOf<T>(string parameter, string name)
        where T : struct, Enum => Enum.TryParse<T>(name, ignoreCase: true, out var value) && name.Length > 0 && char.IsAsciiLetter(name[0])
        ? value
        : throw Invalid($"'{parameter}' is '{name}': write one of {string.Join(", ", Enum.GetNames<T>())}");

    private static DateTimeOffset TimeOf(string text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        ? time
        : throw Invalid($"'since' is '{text}': write a time such as 2026-01-31T12:00:00Z");

    private static RequestException Invalid(string detail) => new("invalid-request", detail);
}
