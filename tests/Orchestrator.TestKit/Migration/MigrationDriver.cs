using System.Text.Json;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.TestKit.Migration;

/// <summary>Migrates a guest as libvirt or a script would: by monitors of its own, which the product knows nothing of.</summary>
public static class MigrationDriver
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Migrates and awaits that the guest runs at the destination.</summary>
    public static async Task MigrateAsync(RealVm source, RealVm destination)
    {
        await using var monitor = await RawPeer.NegotiateAsync(source.TestMonitorPath);
        await using var other = await RawPeer.NegotiateAsync(destination.TestMonitorPath);
        // A guest that is written to all the time converges too.
        await CommandAsync(monitor, """{"execute":"migrate-set-parameters","arguments":{"max-bandwidth":2000000000,"downtime-limit":2000}}""");
        await BeginAsync(monitor, destination);
        await StatusAsync(monitor, "completed");
        await Eventually.TrueAsync(async () => await RunStateAsync(other) == "running", Limit, "the destination runs");
    }

    /// <summary>Begins a migration.</summary>
    /// <param name="monitor">Of the source.</param>
    /// <param name="destination">Awaits the guest.</param>
    public static async Task BeginAsync(RawPeer monitor, RealVm destination) =>
        await CommandAsync(monitor, $$$"""{"execute":"migrate","arguments":{"uri":"{{{destination.IncomingUri}}}"}}""");

    /// <summary>Awaits a status of the source's migration.</summary>
    /// <exception cref="InvalidOperationException">The migration failed, and that is not awaited.</exception>
    public static Task StatusAsync(RawPeer monitor, params string[] awaited) => Eventually.TrueAsync(
        async () =>
        {
            var answer = await CommandAsync(monitor, """{"execute":"query-migrate"}""");
            var status = StatusOf(answer);
            if (status == "failed" && !awaited.Contains("failed"))
                throw new InvalidOperationException($"the migration failed: {answer}");
            return awaited.Contains(status);
        },
        Limit,
        $"the migration is {string.Join(" or ", awaited)}");

    /// <summary>QEMU's RunState.</summary>
    public static async Task<string?> RunStateAsync(RawPeer monitor) => StatusOf(await CommandAsync(monitor, """{"execute":"query-status"}"""));

    /// <summary>The answer to a command; events before it are passed over.</summary>
    /// <exception cref="InvalidOperationException">QEMU refuses it.</exception>
    public static async Task<JsonElement> CommandAsync(RawPeer monitor, string command)
    {
        await monitor.SendAsync(command);
        while (true)
        {
            var message = await monitor.ReadAsync();
            if (message.TryGetProperty("error", out var error))
                throw new InvalidOperationException($"{command}: {error}");
            if (message.TryGetProperty("return", out var answer))
                return answer;
        }
    }

    private static string? StatusOf(JsonElement answer) => answer.TryGetProperty("status", out var status) ? status.GetString() : null;
}
