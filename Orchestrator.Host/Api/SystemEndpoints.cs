using System.Reflection;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Api;

/// <summary>Version, liveness and readiness.</summary>
internal static class SystemEndpoints
{
    /// <summary>Version of the program, without the commit it was built from.</summary>
    public static string Version { get; } =
        typeof(SystemEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/version", (Node node) => Results.Json(new VersionView(Version, node.Host), ApiJson.Default.VersionView)).Produces<VersionView>();
        routes.MapGet("/healthz", () => Results.Text("ok\n"));
        routes.MapGet("/readyz", (Node node) => node.IsReady ? Results.Text("ready\n") : Results.Text("starting\n", statusCode: StatusCodes.Status503ServiceUnavailable));
    }
}
