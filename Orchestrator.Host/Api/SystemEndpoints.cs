using System.Reflection;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Api;

/// <summary>Schemas, version, liveness and readiness.</summary>
internal static class SystemEndpoints
{
    /// <summary>Version of the program, without the commit it was built from.</summary>
    public static string Version { get; } =
        typeof(SystemEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/version", (Node node) => Results.Json(new VersionView(Version, node.Host), ApiJson.Default.VersionView)).Produces<VersionView>();
        routes.MapGet("/v1/schemas", (Node node) => Results.Json(
            new ItemsView<string>([.. node.Guest.Schema.Commands.Keys.Order(StringComparer.Ordinal)]), ApiJson.Default.ItemsViewString)).Produces<ItemsView<string>>();
        routes.MapGet("/v1/schemas/{command}", GetSchema).Produces<SchemaView>();
        routes.MapGet("/healthz", () => Results.Text("ok\n"));
        routes.MapGet("/readyz", (Node node) => node.IsReady ? Results.Text("ready\n") : Results.Text("starting\n", statusCode: StatusCodes.Status503ServiceUnavailable));
    }

    private static IResult GetSchema(string command, Node node) => node.Guest.Schema.TryGetCommand(command, out var found)
        ? Results.Json(SchemaView.Of(found), ApiJson.Default.SchemaView)
        : Problems.Of("unknown-command", $"there is no command '{command}' in the guest namespace: GET /v1/schemas lists them");
}
