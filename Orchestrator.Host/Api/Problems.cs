using System.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Api;

/// <summary>Errors as <c>application/problem+json</c> (RFC 9457): a stable code, and a detail that says what to do.</summary>
internal static class Problems
{
    private const string TypeBase = "https://orchestrator.invalid/problems/";

    public static IResult Of(string code, string detail) => Results.Json(Details(code, detail), ApiJson.Default.ProblemDetails, "application/problem+json", StatusOf(code));

    public static IResult Of(JobReplies.Rejected rejected) => Of(rejected.Code, rejected.Detail);

    public static IResult Of(RequestException e) => Results.Json(Details(e), ApiJson.Default.ProblemDetails, "application/problem+json", StatusOf(e.Code));

    /// <summary>The events cannot be read from disk now.</summary>
    public static RequestException Unreadable(EventReadException e) => new("store-unavailable", $"{e.Message}: ask again");

    /// <summary>As a part of an answer.</summary>
    public static ProblemDetails Details(RequestException e)
    {
        var details = Details(e.Code, e.Message);
        foreach (var (name, value) in e.Extensions)
            details.Extensions[name] = value;
        return details;
    }

    /// <summary>A command whose answer would have been no JSON: its outcome comes with the problem.</summary>
    public static IResult Of(Outcome outcome)
    {
        var why = outcome.Message ?? outcome.Error?.Description;
        var details = Details("transfer-failed", $"{outcome.Phase} {outcome.Reason}: {why}");
        details.Extensions["outcome"] = OutcomeView.Of(outcome);
        return Results.Json(details, ApiJson.Default.ProblemDetails, "application/problem+json", details.Status);
    }

    /// <summary>With the trace of the request, under which logs and spans are found.</summary>
    private static ProblemDetails Details(string code, string detail)
    {
        var details = new ProblemDetails { Type = TypeBase + code, Title = code.Replace('-', ' '), Status = StatusOf(code), Detail = detail, Extensions = { ["code"] = code } };
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } request)
            details.Extensions["traceId"] = request.TraceId.ToHexString();
        return details;
    }

    private static int StatusOf(string code) => code switch
    {
        "vm-not-found" or "job-not-found" or "freeze-not-found" or "migration-not-found" or "event-not-found" or "subscription-not-found" or "controller-not-found" or "unknown-command" or "output-not-found" or "node-not-found" or "not-found" => StatusCodes.Status404NotFound,
        "forbidden" => StatusCodes.Status403Forbidden,
        "method-not-allowed" => StatusCodes.Status405MethodNotAllowed,
        "cursor-expired" => StatusCodes.Status410Gone,
        "body-too-large" => StatusCodes.Status413PayloadTooLarge,
        "ambiguous-name" or "not-clustered" or "node-reachable" or "not-quarantined" or "not-owner" or "lease-lost" or "targets-changed" or "job-running" or "controller-off" or "not-repeatable" or "subscription-busy" => StatusCodes.Status409Conflict,
        "range-not-satisfiable" => StatusCodes.Status416RangeNotSatisfiable,
        "no-targets" or "invalid-arguments" or "idempotency-key-reused" or "webhook-not-allowed" => StatusCodes.Status422UnprocessableEntity,
        "too-many-jobs" or "too-many-freezes" or "too-many-streams" or "too-many-subscriptions" or "too-many-replays" => StatusCodes.Status429TooManyRequests,
        "transfer-failed" => StatusCodes.Status502BadGateway,
        "no-answer" or "node-unreachable" or "moving" or "schema-unavailable" or "store-unavailable" => StatusCodes.Status503ServiceUnavailable,
        "internal-error" => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status400BadRequest,
    };
}

/// <summary>A request that cannot be carried out as it is; the message tells the caller why.</summary>
internal class RequestException(string code, string message) : Exception(message)
{
    /// <summary>Stable code of the API.</summary>
    public string Code { get; } = code;

    /// <summary>Further members of the problem: texts and whole numbers.</summary>
    public Dictionary<string, object?> Extensions { get; } = [];

    public static RequestException Of(QapiValidationException e) => new("invalid-arguments", e.Message);
}

/// <summary>A VM that was here has left before anything was done: in a cluster it may be another node's since its live migration.</summary>
internal sealed class VmLeftException(string message) : RequestException("vm-not-found", message);
