using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Freezing;

/// <summary>A node that is told to end (SIGTERM) thaws first what it has frozen.</summary>
public sealed class StoppedNodeTests
{
    [Fact]
    public async Task Node_that_is_stopped_leaves_no_guest_frozen()
    {
        await using var directory = new RealVmDirectory();
        var vm = await directory.AddVmAsync(new RealVmOptions { Name = "stopped", WithDisk = true });
        await vm.BootedAsync(TimeSpan.FromMinutes(3));
        await using var server = await OrchestratorServer.StartAsync("--vm-dir", directory.Path);
        await server.ReadyAsync("stopped");
        var freeze = await server.Api.PostAsync("/v1/freezes", """{"target":"stopped","ttlMs":600000}""");
        Assert.True(freeze.Body.Is("phase", "Frozen"), freeze.Text);

        await server.StopAsync();

        await using var agent = await RawPeer.ConnectAsync(vm.AgentSocketPath);
        await agent.SendRawAsync("\u00ff");
        var status = await agent.AskAsync("""{"execute":"guest-fsfreeze-status"}""");
        while (!status.TryGetProperty("return", out var state) || state.ValueKind != System.Text.Json.JsonValueKind.String)
            status = await agent.ReadAsync();
        Assert.Equal("thawed", status.Text("return"));
    }
}
