using System.Text.Json;

namespace Orchestrator.Bench.Hostile.Peers;

/// <summary>What the hostile guest did in a turn.</summary>
/// <param name="Connections">Connections it was given.</param>
/// <param name="Bytes">Bytes it sent on them.</param>
public sealed record Flood(long Connections, long Bytes)
{
    /// <summary>Nothing.</summary>
    public static Flood None { get; } = new(0, 0);

    /// <summary>Reads the last line that bench/peers/hostile_agent.c wrote.</summary>
    /// <exception cref="BenchException">It is not such a line: the program failed.</exception>
    public static Flood Parse(string log)
    {
        var last = log.Split('\n')[^1];
        try
        {
            return JsonSerializer.Deserialize<Flood>(last, JsonSerializerOptions.Web)!;
        }
        catch (JsonException)
        {
            throw new BenchException($"the hostile guest ended with: {log}");
        }
    }
}
