using Orchestrator.Host.Serving;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Api;

/// <summary>The guest namespace: which names there are, and what each means.</summary>
internal static class SchemaEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/schemas", (Node node) => Results.Json(SchemaNamesView.Of(node.Guest.Schema), ApiJson.Default.SchemaNamesView)).Produces<SchemaNamesView>();
        routes.MapGet("/v1/schemas/{name}", Get).Produces<SchemaView>();
    }

    private static IResult Get(string name, Node node) => Find(name, node.Guest.Schema) is { } found
        ? Results.Json(found, ApiJson.Default.SchemaView)
        : Problems.Of("unknown-command", $"there is no command, event or type '{name}' in the guest namespace: GET /v1/schemas lists them");

    private static SchemaView? Find(string name, QapiSchema schema)
    {
        if (schema.TryGetCommand(name, out var command))
            return SchemaView.Of(command);
        if (schema.TryGetEvent(name, out var happening))
            return SchemaView.Of(happening);
        return schema.Types.TryGetValue(name, out var type) && type is not QapiBuiltinType ? SchemaView.Of(type) : null;
    }
}
