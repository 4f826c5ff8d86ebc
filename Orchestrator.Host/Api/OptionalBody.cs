using Microsoft.OpenApi;

namespace Orchestrator.Host.Api;

/// <summary>A body that may be left out. Routing takes <c>Accepts</c> as a demand, and does not find the route of a request without one.</summary>
internal static class OptionalBody
{
    /// <summary>Tells the API's description of it.</summary>
    /// <typeparam name="T">What it is, if it is there.</typeparam>
    public static RouteHandlerBuilder AcceptsOptionally<T>(this RouteHandlerBuilder route) => route.AddOpenApiOperationTransformer(static async (operation, context, cancellationToken) =>
        operation.RequestBody = new OpenApiRequestBody
        {
            Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = await context.GetOrCreateSchemaAsync(typeof(T), null, cancellationToken).ConfigureAwait(false) } },
        });
}
