using System.Globalization;
using System.Text.Json;
using Orchestrator.Actors.FanOut;
using Orchestrator.Host.Api;
using Orchestrator.Protocol.Agent.Exec;

namespace Orchestrator.Host.Controllers;

/// <summary>Jobs that controllers made, in the words of the API: so that a restarted node reads them again.</summary>
internal static class ControllerDocuments
{
    /// <summary>What <see cref="JobRequests.Read"/> makes the same job of; nothing for what the API cannot say.</summary>
    public static ReadOnlyMemory<byte> Write(JobSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var program = (spec.Composite as GuestProgram)?.Spec;
        if (spec.Route == CommandRoute.Run ? program is null : spec.Composite is not null || spec.Command.OutOfBand)
            return default;
        return JobOptions.DocumentOf(Paced(spec, new JobRequest
        {
            Target = spec.Target.Text,
            Command = program is null ? spec.Command.Name : null,
            Arguments = program is null && !spec.Command.Arguments.IsEmpty ? JsonElement.Parse(spec.Command.Arguments.Span) : default,
            Run = program is null ? null : RunOf(program),
            TimeoutMs = spec.Timeout.TotalMilliseconds,
            AllowEmpty = spec.AllowEmpty,
            Attempts = spec.Attempts == 1 ? null : spec.Attempts,
            Comment = spec.Comment,
            Conditions = ConditionsOf(spec.Conditions),
            DeliveryTimeoutMs = spec.DeliveryTimeout?.TotalMilliseconds,
            DeadlineMs = spec.Deadline?.TotalMilliseconds,
        }));
    }

    private static JobRequest Paced(JobSpec spec, JobRequest request) => spec.Pace == JobPace.Unlimited ? request : request with
    {
        MaxConcurrency = TextOf(spec.Pace.MaxConcurrency),
        PerHost = spec.Pace.PerHost,
        Rate = spec.Pace.Rate,
        Canary = spec.Pace.Canary.Count == 0 ? null : [.. spec.Pace.Canary.Select(amount => TextOf(amount)!)],
        CanaryWaitMs = spec.Pace.CanaryWait > TimeSpan.Zero ? spec.Pace.CanaryWait.TotalMilliseconds : null,
        MaxErrors = TextOf(spec.Pace.MaxErrors),
        MaxUndelivered = TextOf(spec.Pace.MaxUndelivered),
    };

    private static RunRequest RunOf(ExecSpec program) => new()
    {
        Argv = program.Argv,
        Env = program.Environment.Count == 0 ? null : program.Environment,
        Input = program.Input.IsEmpty ? null : Convert.ToBase64String(program.Input.Span),
        FullOutput = program.FullOutput,
    };

    private static ConditionsRequest? ConditionsOf(ConditionPolicy policy) => policy == ConditionPolicy.Default ? null : new ConditionsRequest
    {
        Paused = TextOf(policy.OnPaused),
        Migrating = TextOf(policy.OnMigrating),
        Frozen = TextOf(policy.OnFrozen),
        Absent = TextOf(policy.OnAbsent),
        Unresponsive = TextOf(policy.OnUnresponsive),
    };

    private static string? TextOf(ConditionChoice? choice) => choice?.ToString().ToLowerInvariant();

    private static string? TextOf(Amount? amount) => amount is { } given ? given.Value.ToString(CultureInfo.InvariantCulture) + (given.IsPercent ? "%" : "") : null;
}
