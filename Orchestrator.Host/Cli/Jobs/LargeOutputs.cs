using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Orchestrator.Host.Cli.Connection;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>What the server keeps apart from an outcome because of its size is fetched and put where a small one would be.</summary>
internal static class LargeOutputs
{
    private static readonly string[] Streams = ["stdout", "stderr"];

    /// <summary>An outcome with everything in it.</summary>
    /// <exception cref="CliException">The server does not have it any more, or is away.</exception>
    public static async Task<OutcomeView> InlineAsync(ServerClient server, JsonElement outcome, CancellationToken cancellation)
    {
        var away = Streams.Where(name => outcome.Member("exec")?.Member(name)?.Text("href") is not null).ToArray();
        var result = outcome.Member("resultAt")?.Text("href");
        if (away.Length == 0 && result is null)
            return new OutcomeView(outcome);
        var whole = JsonObject.Create(outcome)!;
        if (result is not null)
        {
            whole.Remove("resultAt");
            whole["result"] = JsonNode.Parse(await FetchAsync(server, result, cancellation));
        }
        foreach (var name in away)
        {
            var stream = whole["exec"]![name]!.AsObject();
            var bytes = await FetchAsync(server, (string)stream["href"]!, cancellation);
            stream.Remove("href");
            if (Utf8.IsValid(bytes))
                stream["text"] = Encoding.UTF8.GetString(bytes);
            else
                stream["base64"] = Convert.ToBase64String(bytes);
        }
        return new OutcomeView(JsonElement.Parse(whole.ToJsonString()));
    }

    private static async Task<byte[]> FetchAsync(ServerClient server, string href, CancellationToken cancellation)
    {
        using var answer = await server.OpenFileAsync(href.TrimStart('/'), cancellation);
        try
        {
            return await answer.Content.ReadAsByteArrayAsync(cancellation);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new CliException(ExitCodes.Error, $"the connection to {server.Endpoint} was lost in the middle of {href}: {error.Message}");
        }
    }
}
