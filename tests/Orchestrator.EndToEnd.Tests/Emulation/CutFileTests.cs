using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Emulation;

/// <summary>What an operator has of a file that could not be sent to its end: its caller only sees that it is not whole.</summary>
public sealed class CutFileTests
{
    private const string Vm = "vm0001";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task File_whose_vm_goes_away_while_it_is_fetched_is_cut_and_the_log_tells_why()
    {
        await using var emulator = await EmulatorProcess.StartAsync(1);
        await using var server = await OrchestratorServer.StartAsync("--vm-dir", emulator.Directory);
        await server.ReadyAsync(Vm);
        (await server.Api.PushAsync(Vm, "/tmp/large", new byte[900_000])).Succeeds();
        await using var file = await server.Api.OpenFileAsync(Vm, "/tmp/large");

        await emulator.Process.KillAsync();

        await Assert.ThrowsAsync<HttpIOException>(() => file.CopyToAsync(Stream.Null));
        await Eventually.TrueAsync(() => server.Process.Output.Contains($"[1104] A file that was fetched from {Vm} was cut off", StringComparison.Ordinal), Limit, "the log tells of it");
    }
}
