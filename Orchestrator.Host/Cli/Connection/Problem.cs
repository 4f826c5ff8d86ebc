using System.Text.Json;

namespace Orchestrator.Host.Cli.Connection;

/// <summary>Turns an answer that is not a success into the error that the client ends with (RFC 9457).</summary>
internal static class Problem
{
    private const int ServiceUnavailable = 503;

    /// <param name="status">HTTP status of the answer.</param>
    /// <param name="mediaType">Its content type, without parameters.</param>
    /// <param name="body">Its body.</param>
    /// <param name="endpoint">Who answered.</param>
    public static CliException From(int status, string? mediaType, ReadOnlySpan<byte> body, ServerEndpoint endpoint)
    {
        if (mediaType != "application/problem+json" || !TryParse(body, out var problem))
            return new CliException(ExitCodes.Error, $"{endpoint} answered HTTP {status} without saying why: is it an Orchestrator server?");

        var code = problem.Text("code") ?? $"HTTP {status}";
        return new CliException(ExitCode(code), $"{problem.Text("detail") ?? problem.Text("title") ?? "the server refused"} ({code})") { Outcome = problem.Member("outcome"), Problem = problem, MayPass = status == ServiceUnavailable };
    }

    private static int ExitCode(string code) => code switch
    {
        "no-targets" => ExitCodes.NoTargets,
        "invalid-request" or "invalid-selector" or "invalid-filter" or "invalid-cursor" or "invalid-arguments" or "unknown-command" => ExitCodes.Usage,
        _ => ExitCodes.Error,
    };

    private static bool TryParse(ReadOnlySpan<byte> body, out JsonElement problem)
    {
        problem = default;
        try
        {
            problem = JsonElement.Parse(body);
            return problem.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
