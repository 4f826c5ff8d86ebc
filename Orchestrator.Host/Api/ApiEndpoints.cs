using Orchestrator.Host.Telemetry;

namespace Orchestrator.Host.Api;

/// <summary>All routes of the API, as docs/API.md lists them.</summary>
internal static class ApiEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        VmEndpoints.Map(routes);
        FileEndpoints.Map(routes);
        QmpWebSocket.Map(routes);
        JobEndpoints.Map(routes);
        FreezeEndpoints.Map(routes);
        SnapshotEndpoints.Map(routes);
        MigrationEndpoints.Map(routes);
        ControllerEndpoints.Map(routes);
        OutputEndpoints.Map(routes);
        EventEndpoints.Map(routes);
        EventWebSocket.Map(routes);
        SubscriptionEndpoints.Map(routes);
        SchemaEndpoints.Map(routes);
        NodeEndpoints.Map(routes);
        SystemEndpoints.Map(routes);
        routes.MapMetrics();
        routes.MapOpenApi("/{documentName}.json");
    }
}
