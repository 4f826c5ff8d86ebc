using System.Text.Json;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>A job and a list of what is told of it, as the forms for programs have it: <c>{"job":Job,"items":[…]}</c>.</summary>
internal static class JobDocument
{
    /// <param name="job">The job.</param>
    /// <param name="list">Name of the list.</param>
    /// <param name="items">Writes the items of the list.</param>
    /// <param name="more">Writes members behind the list.</param>
    public static JsonElement Build(JobView job, string list, Action<Utf8JsonWriter> items, Action<Utf8JsonWriter>? more = null) => JsonText.Build(writer =>
    {
        writer.WriteStartObject();
        writer.WritePropertyName("job");
        job.Json.WriteTo(writer);
        writer.WriteStartArray(list);
        items(writer);
        writer.WriteEndArray();
        more?.Invoke(writer);
        writer.WriteEndObject();
    });
}
