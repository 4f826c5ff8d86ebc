using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Orchestrator.Actors.Telemetry;
using Orchestrator.Host.Api;
using Orchestrator.Host.Configuration;

namespace Orchestrator.Host.Telemetry;

/// <summary>Collects what the node measures and traces: <c>GET /metrics</c> for Prometheus, and OTLP for who names a collector.</summary>
internal static class NodeTelemetry
{
    /// <summary>Where metrics are read.</summary>
    public const string MetricsPath = "/metrics";

    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string OtlpProtocol = "OTEL_EXPORTER_OTLP_PROTOCOL";

    /// <summary>What the platform measures of itself, besides the product.</summary>
    private static readonly string[] PlatformMeters = ["System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel"];

    /// <summary>Adds the collecting to a node.</summary>
    /// <param name="builder">The node's.</param>
    /// <param name="config">What was asked for.</param>
    /// <param name="host">Name of the node.</param>
    public static void AddNodeTelemetry(this WebApplicationBuilder builder, TelemetryConfig config, string host)
    {
        HostMetrics.Create();
        ProductMetrics.Create();
        // The exporter reads the environment's names: with the paths and the protocol that they imply.
        if (config.Otlp is { } otlp)
            builder.Configuration[OtlpEndpoint] = otlp;
        if (config.Protocol is { } protocol)
            builder.Configuration[OtlpProtocol] = protocol;
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("orchestrator", serviceVersion: SystemEndpoints.Version, serviceInstanceId: host))
            .WithMetrics(metrics => metrics.AddMeter(ProductMeter.Name).AddMeter(PlatformMeters).AddPrometheusExporter());
        if (string.IsNullOrEmpty(builder.Configuration[OtlpEndpoint]))
            return;
        telemetry
            .WithTracing(traces => traces
                .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(config.Sample)))
                .AddSource(ProductMeter.Name)
                .AddAspNetCoreInstrumentation(requests => requests.Filter = context => !IsOfMachines(context.Request.Path)))
            .UseOtlpExporter();
    }

    /// <summary>Serves the metrics.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder routes) => routes.MapPrometheusScrapingEndpoint(MetricsPath);

    /// <summary>What asks again and again, and is no work of anybody's.</summary>
    private static bool IsOfMachines(PathString path) => path == MetricsPath || path == SystemEndpoints.AlivePath || path == SystemEndpoints.ReadyPath;
}
