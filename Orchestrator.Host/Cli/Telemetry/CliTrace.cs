using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Orchestrator.Host.Cli.Telemetry;

/// <summary>
/// The client's part of a trace. Where OpenTelemetry is configured in its environment, each run is a span, in the caller's trace if there is one
/// (<c>TRACEPARENT</c>), and so is each request, which tells the server of it. Without it, the caller's <c>TRACEPARENT</c> is passed on as it is.
/// </summary>
internal static class CliTrace
{
    /// <summary>The caller's place in its trace.</summary>
    public const string Parent = "TRACEPARENT";

    /// <summary>What goes with it.</summary>
    public const string State = "TRACESTATE";

    /// <summary>Name of the client's source of spans.</summary>
    public const string SourceName = "Orchestrator.Cli";

    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins the span of a run, which is the current one until it is disposed, and then exported; <see langword="null"/> where none is to be made.</summary>
    /// <param name="environment">Says whether, and where to.</param>
    /// <param name="command">As it was typed, without its arguments, e.g. <c>vm ls</c>.</param>
    public static IDisposable? Begin(CliEnvironment environment, string command) => IsConfigured(environment) ? BeginExported(environment, command) : null;

    /// <summary>The headers that pass the caller's trace on; none where the client has spans of its own.</summary>
    public static IReadOnlyList<(string Name, string Value)> Headers(CliEnvironment environment)
    {
        if (IsConfigured(environment) || environment.Variable(Parent) is not { } parent || !ActivityContext.TryParse(parent, null, out _))
            return [];
        return environment.Variable(State) is { Length: > 0 } state ? [("traceparent", parent), ("tracestate", state)] : [("traceparent", parent)];
    }

    private static bool IsConfigured(CliEnvironment environment) =>
        !string.IsNullOrEmpty(environment.Variable(Endpoint)) || !string.IsNullOrEmpty(environment.Variable(TracesEndpoint));

    /// <summary>Apart, so that nothing of it is loaded where nobody asks for it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CliSpan BeginExported(CliEnvironment environment, string command)
    {
        var exporter = new CliExporter(environment.Variable);
        ActivityContext.TryParse(environment.Variable(Parent), environment.Variable(State), isRemote: true, out var parent);
        return new CliSpan(exporter, Source.StartActivity($"orchestrator {command}", ActivityKind.Client, parent));
    }

    private sealed class CliSpan(CliExporter exporter, Activity? span) : IDisposable
    {
        public void Dispose()
        {
            span?.Dispose();
            exporter.Dispose();
        }
    }
}
