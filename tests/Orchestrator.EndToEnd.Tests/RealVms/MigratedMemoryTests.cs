using System.Security.Cryptography;
using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Migration;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.RealVms;

/// <summary>Of the guests themselves: QEMU copies them whole. Else nothing that tests of migrations find says anything about the product (docs/MIGRATION.md, "Guests under TCG").</summary>
public sealed class MigratedMemoryTests
{
    private const string Busy = """{"execute":"guest-exec","arguments":{"path":"/bin/sh","arg":["-c","i=0; while :; do i=$((i+1)); done"]}}""";
    private const int MemoryMiB = 128;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Guest_that_is_copied_in_many_passes_has_the_same_memory_byte_for_byte()
    {
        await using var directory = new RealVmDirectory();
        var source = await directory.AddVmAsync(new RealVmOptions { Name = "source", MemoryMiB = MemoryMiB });
        await source.BootedAsync(Limit);
        await using (var agent = await RawPeer.ConnectAsync(source.AgentSocketPath))
            Assert.True((await agent.AskAsync(Busy)).TryGetProperty("return", out _));
        await using var monitor = await RawPeer.NegotiateAsync(source.TestMonitorPath);
        for (var round = 0; round < 3; round++)
        {
            var destination = await directory.AddVmAsync(source.Options with { Name = $"place-{round}", Incoming = $"unix:{directory.Path}/place-{round}/in.sock", ExtraQemuArguments = ["-S"] });
            await using var other = await RawPeer.NegotiateAsync(destination.TestMonitorPath);
            await SetAsync(monitor, "pause-before-switchover");
            await MigrationDriver.CommandAsync(monitor, """{"execute":"migrate-set-parameters","arguments":{"max-bandwidth":20000000,"downtime-limit":1}}""");
            await MigrationDriver.BeginAsync(monitor, destination);

            var passes = await PassesAsync(monitor);

            Assert.True(passes >= 3, $"{passes} passes");
            Assert.Equal(await MemoryAsync(monitor, directory.Path), await MemoryAsync(other, directory.Path));
            // The same guest once more, from where it was: it goes on there as if it had not been sent.
            await MigrationDriver.CommandAsync(monitor, """{"execute":"cont"}""");
            await destination.KillAsync();
        }
    }

    private static Task SetAsync(RawPeer monitor, string capability) => MigrationDriver.CommandAsync(
        monitor, JsonSerializer.Serialize(new { execute = "migrate-set-capabilities", arguments = new { capabilities = new[] { new { capability, state = true } } } }));

    /// <summary>Lets QEMU switch over after some passes, and awaits that the guest stands still on both sides.</summary>
    private static async Task<int> PassesAsync(RawPeer monitor)
    {
        var passes = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                var status = await MigrationDriver.CommandAsync(monitor, """{"execute":"query-migrate"}""");
                passes = status.TryGetProperty("ram", out var memory) ? memory.Number("dirty-sync-count") : passes;
                if (status.Is("status", "active") && passes >= 6)
                    await MigrationDriver.CommandAsync(monitor, """{"execute":"migrate-set-parameters","arguments":{"downtime-limit":2000}}""");
                if (status.Is("status", "pre-switchover"))
                    await MigrationDriver.CommandAsync(monitor, """{"execute":"migrate-continue","arguments":{"state":"pre-switchover"}}""");
                return status.Is("status", "completed");
            },
            Limit,
            "the migration is completed");
        return passes;
    }

    private static async Task<string> MemoryAsync(RawPeer monitor, string directory)
    {
        await Eventually.TrueAsync(async () => await MigrationDriver.RunStateAsync(monitor) != "inmigrate", Limit, "the guest is there");
        var path = Path.Combine(directory, "memory");
        await MigrationDriver.CommandAsync(monitor, JsonSerializer.Serialize(new { execute = "pmemsave", arguments = new { val = 0, size = MemoryMiB << 20, filename = path } }));
        await using var memory = File.OpenRead(path);
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(memory));
        File.Delete(path);
        return hash;
    }
}
