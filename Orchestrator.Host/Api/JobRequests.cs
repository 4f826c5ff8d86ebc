using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Api;

/// <summary>From what a caller wrote to a validated, encoded <see cref="JobSpec"/>. What is wrong is told with its place.</summary>
internal static class JobRequests
{
    private const string GuestPrefix = "guest-";
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MigrationTimeout = TimeSpan.FromHours(1);
    public static readonly TimeSpan LongestTimeout = TimeSpan.FromHours(24);

    /// <exception cref="RequestException">The request cannot be carried out as it is.</exception>
    public static JobSpec Parse(JobRequest request, GuestNamespace guest)
    {
        if (request.Target is null)
            throw new RequestException("invalid-request", "'target' is missing: name the VMs, or '*' for all");
        var program = request.Run is { } run ? Encode(run) : null;
        var (route, command) = (request.Command, program, request.Migrate) switch
        {
            ({ } name, null, null) => Encode(name, request.Arguments, guest),
            (null, not null, null) => (CommandRoute.Run, program.Start),
            (null, null, { } migrate) => (CommandRoute.Migrate, migrate.Parse().Encode()),
            _ => throw new RequestException("invalid-request", "give exactly one of 'command', 'run' and 'migrate'"),
        };
        return new JobSpec
        {
            Target = ParseSelector(request.Target),
            Route = route,
            Command = command,
            Composite = program,
            Timeout = request is { Migrate: not null, TimeoutMs: null } ? MigrationTimeout : TimeoutOf(request.TimeoutMs),
            AllowEmpty = request.AllowEmpty,
            Trace = Activity.Current?.Context ?? default,
        }.With(request);
    }

    /// <summary>Reads what was kept of a job (<see cref="JobSpec.Document"/>).</summary>
    /// <exception cref="RequestException">This node does not understand it any more, as when a schema of the user's is gone.</exception>
    public static JobSpec Read(ReadOnlyMemory<byte> document, GuestNamespace guest) => Parse(JsonSerializer.Deserialize(document.Span, ApiJson.Default.JobRequest)!, guest);

    /// <exception cref="RequestException">The text is no selector.</exception>
    public static TargetSelector ParseSelector(string text) =>
        TargetSelector.TryParse(text, out var selector, out var error) ? selector : throw new RequestException("invalid-selector", error.Message);

    /// <summary>The namespace of the name decides the way: <c>guest-*</c> to the agent, all else to QEMU.</summary>
    public static (CommandRoute Route, EncodedCommand Command) Encode(string name, JsonElement arguments, GuestNamespace guest)
    {
        try
        {
            if (!name.StartsWith(GuestPrefix, StringComparison.Ordinal))
                return (CommandRoute.Qmp, EncodedCommand.ForQmp(name, arguments));
            if (guest.Schema.TryGetCommand(name, out var command))
                return (CommandRoute.Guest, EncodedCommand.ForGuest(command, arguments));
        }
        catch (QapiValidationException e)
        {
            throw RequestException.Of(e);
        }
        throw new RequestException("unknown-command", $"there is no command '{name}' in the guest namespace: GET /v1/schemas lists them");
    }

    private static GuestProgram Encode(RunRequest run)
    {
        if (run.Argv is not { Count: > 0 })
            throw new RequestException("invalid-request", "'run.argv' must name a program");
        try
        {
            return GuestProgram.Of(new ExecSpec
            {
                Argv = run.Argv,
                Environment = run.Env ?? [],
                Input = Convert.FromBase64String(run.Input ?? ""),
                FullOutput = run.FullOutput,
            });
        }
        catch (FormatException)
        {
            throw new RequestException("invalid-request", "'run.input' is not base64");
        }
        catch (QapiValidationException e)
        {
            throw RequestException.Of(e);
        }
    }

    /// <summary>From a query parameter.</summary>
    public static TimeSpan ParseTimeout(string? milliseconds, TimeSpan? otherwise = null) => milliseconds is null && otherwise is { } given ? given : TimeoutOf(
        milliseconds is null ? null : double.TryParse(milliseconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value : 0);

    private static TimeSpan TimeoutOf(double? milliseconds)
    {
        if (milliseconds is null)
            return DefaultTimeout;
        return milliseconds >= 1 && milliseconds <= LongestTimeout.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(milliseconds.Value)
            : throw new RequestException("invalid-request", "'timeoutMs' must be between 1 and 86400000");
    }
}
