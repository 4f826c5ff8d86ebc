using System.Reflection;
using Orchestrator.Host.Health;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Api;

/// <summary>Version, liveness and readiness.</summary>
internal static class SystemEndpoints
{
    /// <summary>Whether the node lives.</summary>
    public const string AlivePath = "/healthz";

    /// <summary>Whether it can do its work.</summary>
    public const string ReadyPath = "/readyz";

    /// <summary>Version of the program, without the commit it was built from.</summary>
    public static string Version { get; } =
        typeof(SystemEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/version", (Node node) => Results.Json(new VersionView(Version, node.Host), ApiJson.Default.VersionView)).Produces<VersionView>();
        routes.MapGet(AlivePath, async (NodeHealth health, CancellationToken cancellationToken) => Of(await health.AliveAsync(cancellationToken).ConfigureAwait(false)))
            .Produces<HealthView>().Produces<HealthView>(StatusCodes.Status503ServiceUnavailable);
        routes.MapGet(ReadyPath, async (NodeHealth health, CancellationToken cancellationToken) => Of(await health.ReadyAsync(cancellationToken).ConfigureAwait(false)))
            .Produces<HealthView>().Produces<HealthView>(StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult Of(HealthView health) =>
        Results.Json(health, ApiJson.Default.HealthView, statusCode: health.Status == CheckStatus.Failing ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
}
