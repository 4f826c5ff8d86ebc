using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Orchestrator.Host.Cli.Telemetry;

/// <summary>Sends the client's spans to where the environment says, by OpenTelemetry's own variables.</summary>
internal sealed class CliExporter : IDisposable
{
    /// <summary>Longest time that the end of a run waits for the collector.</summary>
    private const int PatienceMs = 2_000;

    private static readonly string[] Variables =
    [
        "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TIMEOUT",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
        "OTEL_RESOURCE_ATTRIBUTES", "OTEL_SERVICE_NAME", "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG",
    ];

    private readonly TracerProvider _provider;

    /// <param name="variable">Looks up an environment variable.</param>
    public CliExporter(Func<string, string?> variable)
    {
        var settings = Variables.Select(name => KeyValuePair.Create(name, variable(name))).Where(setting => !string.IsNullOrEmpty(setting.Value));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var builder = Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(services => services.AddSingleton<IConfiguration>(configuration))
            .ConfigureResource(resource => resource.AddService(variable("OTEL_SERVICE_NAME") is { Length: > 0 } name ? name : "orchestrator-cli"));
        _provider = builder.AddSource(CliTrace.SourceName).AddSource("System.Net.Http").AddOtlpExporter().Build();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _provider.Shutdown(PatienceMs);
        _provider.Dispose();
    }
}
