using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Freezes;

/// <summary>Keeps a group frozen with heartbeats until Ctrl-C, then thaws it.</summary>
internal sealed class FreezeHold(CliContext context, ServerClient server, string id, string owner)
{
    private const double HeartbeatShare = 1.0 / 3;

    /// <returns>The group after its thaw, and what ended the hold before Ctrl-C; <see langword="null"/> if nothing did.</returns>
    public async Task<(JsonElement Group, CliException? Trouble)> RunAsync(double ttlMs, CancellationToken cancellation)
    {
        var trouble = await BeatAsync(TimeSpan.FromMilliseconds(ttlMs * HeartbeatShare), cancellation);
        // The Ctrl-C that ended the hold must not end the thaw.
        return (await server.PostAsync($"v1/freezes/{id}:thaw", null, CancellationToken.None), trouble);
    }

    private async Task<CliException?> BeatAsync(TimeSpan pause, CancellationToken cancellation)
    {
        var body = JsonText.Bytes(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("owner", owner);
            writer.WriteEndObject();
        });
        try
        {
            while (true)
            {
                await Task.Delay(pause, context.Environment.Time, cancellation);
                await server.PostAsync($"v1/freezes/{id}:extend", body, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (CliException lost)
        {
            return lost;
        }
    }
}
