using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orchestrator.Host.Api;

/// <summary>Reads a request's JSON body; what is wrong with it is told with its place.</summary>
internal static class RequestBody
{
    /// <summary>Largest body accepted: a 48 MiB file write as base64 fits.</summary>
    public const long MaxBytes = 72 * 1024 * 1024;

    /// <summary>The body's value, or the default for an empty body.</summary>
    /// <exception cref="RequestException">The body is not the JSON that is asked for.</exception>
    public static async Task<T?> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
    {
        try
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
            return body.Length == 0 ? default : JsonSerializer.Deserialize(body.GetBuffer().AsSpan(0, (int)body.Length), type);
        }
        catch (JsonException e)
        {
            throw new RequestException("invalid-request", $"the body is not as it should be, at {e.Path ?? "its start"}: {e.Message}");
        }
    }
}
