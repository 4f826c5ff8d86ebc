using System.Text.Json;
using Orchestrator.Actors.Clustering.Wire;

namespace Orchestrator.Actors.FanOut.Routing;

/// <summary>A command that goes in pieces, as UTF-8 JSON.</summary>
internal static class WireCommandJson
{
    public static byte[] Write(WireCommand command) => JsonSerializer.SerializeToUtf8Bytes(command, WireJson.Default.WireCommand);

    /// <exception cref="FormatException">It is none.</exception>
    public static WireCommand Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, WireJson.Default.WireCommand) ?? throw new FormatException("the command is null");
        }
        catch (JsonException broken)
        {
            throw new FormatException($"the command is broken: {broken.Message}", broken);
        }
    }
}
