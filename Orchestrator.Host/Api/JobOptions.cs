using System.Globalization;
using System.Text.Json;
using Orchestrator.Actors.FanOut;

namespace Orchestrator.Host.Api;

/// <summary>How fast a job goes, how long it may take and what it bears: from what a caller wrote.</summary>
internal static class JobOptions
{
    private const double LongestDeadlineMs = 30d * 24 * 3_600_000;
    private const int MaxWaves = 16;
    private const int MaxComment = 1000;

    /// <summary>Each takes all the network that it gets.</summary>
    private const string MigrationsAtOnce = "2";

    /// <summary>The same specification with the request's options, and with what can be read again after a restart.</summary>
    /// <exception cref="RequestException">A value is not as it should be; its name is told.</exception>
    public static JobSpec With(this JobSpec spec, JobRequest request) => spec with
    {
        DeliveryTimeout = Duration("deliveryTimeoutMs", request.DeliveryTimeoutMs, JobRequests.LongestTimeout.TotalMilliseconds),
        Deadline = Duration("deadlineMs", request.DeadlineMs, LongestDeadlineMs),
        Conditions = request.Conditions is { } conditions ? PolicyOf(conditions) : ConditionPolicy.Default,
        Pace = PaceOf(request),
        Attempts = request.Attempts is null or (>= 1 and <= 10) ? request.Attempts ?? 1 : throw Invalid("'attempts' must be between 1 and 10"),
        Comment = request.Comment is null or { Length: <= MaxComment } ? request.Comment : throw Invalid($"'comment' has more than {MaxComment} characters"),
        ExpectedTargets = request.TargetHash,
        ExpectedNames = request.TargetNames ?? [],
        Document = DocumentOf(request),
    };

    /// <summary>What is kept of a job: the request without what only counts at its submission.</summary>
    public static byte[] DocumentOf(JobRequest request) => JsonSerializer.SerializeToUtf8Bytes(request with { TargetHash = null, TargetNames = null }, ApiJson.Default.JobRequest);

    private static JobPace PaceOf(JobRequest request)
    {
        if (request.Canary is { Count: > MaxWaves })
            throw Invalid($"'canary' has more than {MaxWaves} waves");
        return new JobPace
        {
            MaxConcurrency = AmountOf("maxConcurrency", request.MaxConcurrency ?? (request.Migrate is null ? null : MigrationsAtOnce), least: 1),
            PerHost = request.PerHost is null or >= 1 ? request.PerHost : throw Invalid("'perHost' must be 1 or more"),
            Rate = request.Rate is null or (>= 0.001 and <= 1_000_000) ? request.Rate : throw Invalid("'rate' must be between 0.001 and 1000000 per second"),
            Canary = [.. (request.Canary ?? []).Select((wave, at) => AmountOf($"canary[{at}]", wave, least: 1) ?? throw Invalid($"'canary[{at}]' is empty"))],
            CanaryWait = Duration("canaryWaitMs", request.CanaryWaitMs, JobRequests.LongestTimeout.TotalMilliseconds) ?? TimeSpan.Zero,
            MaxErrors = AmountOf("maxErrors", request.MaxErrors, least: 0),
            MaxUndelivered = AmountOf("maxUndelivered", request.MaxUndelivered, least: 0),
        };
    }

    private static Amount? AmountOf(string name, string? text, int least)
    {
        if (text is null)
            return null;
        var isPercent = text.EndsWith('%');
        var number = isPercent ? text[..^1] : text;
        var isNumber = double.TryParse(number, isPercent ? NumberStyles.AllowDecimalPoint : NumberStyles.None, CultureInfo.InvariantCulture, out var value);
        return isNumber && (isPercent ? value <= 100 && (value > 0 || least == 0) : value >= least && value <= int.MaxValue)
            ? new Amount(value, isPercent)
            : throw Invalid($"'{name}' is '{text}': write a number of {least} or more, or a share such as 10%");
    }

    private static TimeSpan? Duration(string name, double? milliseconds, double most) => milliseconds switch
    {
        null => null,
        { } value when value >= 1 && value <= most => TimeSpan.FromMilliseconds(value),
        _ => throw Invalid(string.Create(CultureInfo.InvariantCulture, $"'{name}' must be between 1 and {most:0}")),
    };

    private static ConditionPolicy PolicyOf(ConditionsRequest conditions) => new()
    {
        OnPaused = ChoiceOf("paused", conditions.Paused),
        OnMigrating = ChoiceOf("migrating", conditions.Migrating),
        OnFrozen = ChoiceOf("frozen", conditions.Frozen),
        OnAbsent = ChoiceOf("absent", conditions.Absent),
        OnUnresponsive = ChoiceOf("unresponsive", conditions.Unresponsive),
    };

    private static ConditionChoice? ChoiceOf(string condition, string? choice) => choice switch
    {
        null => null,
        "fail" => ConditionChoice.Fail,
        "wait" => ConditionChoice.Wait,
        "skip" => ConditionChoice.Skip,
        "force" => ConditionChoice.Force,
        _ => throw Invalid($"'conditions.{condition}' is '{choice}': write fail, wait, skip or force"),
    };

    private static RequestException Invalid(string detail) => new("invalid-request", detail);
}
