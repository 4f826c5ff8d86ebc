using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Actors.Endpoints;

/// <summary>What is measured of the VMs' QMP endpoints.</summary>
internal static class EndpointMetrics
{
    /// <summary>Clients that are connected.</summary>
    public static readonly Tally Clients = ProductMeter.Level("orchestrator.qmp_endpoints.clients", "{client}", "Clients of the VMs' QMP endpoints.");

    /// <summary>Clients that were sent away.</summary>
    public static readonly Tally Refused = ProductMeter.Counter("orchestrator.qmp_endpoints.clients_refused", "{client}", "Clients that were sent away because their VM had too many.");
}
