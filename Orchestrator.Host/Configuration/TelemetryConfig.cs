using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Configuration;

/// <summary>Where metrics and traces are sent. <c>GET /metrics</c> is there without it.</summary>
public sealed class TelemetryConfig
{
    /// <summary>Base URL of an OpenTelemetry collector, e.g. <c>http://127.0.0.1:4317</c>; by default the environment's <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, else nowhere.</summary>
    public string? Otlp { get; set; }

    /// <summary><c>grpc</c>, the default (port 4317), or <c>http/protobuf</c> (port 4318).</summary>
    public string? Protocol { get; set; }

    /// <summary>Share of the requests without a trace of their own that is traced, 0 to 1; 1 by default. Who comes with a trace decides itself.</summary>
    public double Sample { get; set; } = 1;

    /// <exception cref="ServeException">A value is none of those that there are.</exception>
    internal void Validate(string path)
    {
        if (Otlp is not null && !(Uri.TryCreate(Otlp, UriKind.Absolute, out var url) && url.Scheme is ("http" or "https")))
            throw new ServeException($"{path}: 'otlp' of 'telemetry' is '{Otlp}': write the URL of a collector, such as http://127.0.0.1:4317");
        if (Protocol is not (null or "grpc" or "http/protobuf"))
            throw new ServeException($"{path}: 'protocol' of 'telemetry' is '{Protocol}': write grpc or http/protobuf");
        if (Sample is not (>= 0 and <= 1))
            throw new ServeException($"{path}: 'sample' of 'telemetry' is {Sample}: write a share from 0 to 1");
    }
}
