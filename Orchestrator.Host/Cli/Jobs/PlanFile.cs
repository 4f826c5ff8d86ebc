using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>A plan on disk: the request, and the targets that it had. Applied, it is the same request, which the server refuses for other targets.</summary>
internal static class PlanFile
{
    /// <summary>Writes it, whole or not at all.</summary>
    /// <exception cref="CliException">The file cannot be written.</exception>
    public static async Task SaveAsync(string path, byte[] request, JsonElement plan, CancellationToken cancellation)
    {
        var text = JsonText.Document(JsonText.Build(writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("request");
            writer.WriteRawValue(request);
            writer.WriteString("targetHash", plan.Text("targetHash"));
            JobRequest.WriteStrings(writer, "targetNames", plan.Items().Select(vm => $"{vm.Text("host")}/{vm.Text("name")}"));
            writer.WriteEndObject();
        }));
        try
        {
            var temporary = $"{path}.{Environment.ProcessId}.part";
            await File.WriteAllTextAsync(temporary, text + "\n", new UTF8Encoding(false), cancellation);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"--plan: cannot write '{path}': {error.Message}");
        }
    }

    /// <summary>The request with the targets of the plan.</summary>
    /// <exception cref="CliException">The file cannot be read, is no plan, or is the plan of another request.</exception>
    public static async Task<byte[]> ApplyAsync(string path, byte[] request, CancellationToken cancellation)
    {
        JsonObject plan;
        try
        {
            plan = JsonNode.Parse(await File.ReadAllBytesAsync(path, cancellation))!.AsObject();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"--apply: cannot read '{path}': {error.Message}");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw NoPlan(path);
        }
        if (plan["request"] is not { } planned || plan["targetHash"] is not { } hash || plan["targetNames"] is not { } names)
            throw NoPlan(path);
        var applied = JsonNode.Parse(request)!.AsObject();
        if (!JsonNode.DeepEquals(planned, applied))
            throw CliException.Usage($"--apply: '{path}' is the plan of another command: give the one that was planned, with the same options");
        applied["targetHash"] = hash.DeepClone();
        applied["targetNames"] = names.DeepClone();
        return Encoding.UTF8.GetBytes(applied.ToJsonString());
    }

    private static CliException NoPlan(string path) => CliException.Usage($"--apply: '{path}' is no plan: --plan FILE writes one");
}
