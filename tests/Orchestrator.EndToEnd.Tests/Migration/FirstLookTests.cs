using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit.RealVms;
using Xunit.Abstractions;

namespace Orchestrator.EndToEnd.Tests.Migration;

public sealed class FirstLookTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Look()
    {
        await using var directory = new RealVmDirectory();
        var a = await directory.AddVmAsync(new() { Name = "a", MemoryMiB = 96 });
        await a.BootedAsync(TimeSpan.FromMinutes(1));
        await using var server = await OrchestratorServer.StartAsync("--vm-dir", directory.Path);
        await server.ReadyAsync("a");
        await using var stream = await server.Api.OpenAsync("/v1/events");
        var b = await directory.AddDestinationAsync(a, "b");
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System);
        foreach (var vm in (await server.Api.GetAsync("/v1/vms")).Items())
            output.WriteLine(vm.ToString());
        await MigrationDriver.MigrateAsync(a, b);
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System);
        foreach (var vm in (await server.Api.GetAsync("/v1/vms")).Items())
            output.WriteLine(vm.ToString());
        output.WriteLine((await server.Api.ShellAsync("a", "echo hi")).ToString());
        await a.KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System);
        var a2 = await directory.AddDestinationAsync(b, "a");
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System);
        await MigrationDriver.MigrateAsync(b, a2);
        output.WriteLine((await server.Api.ShellAsync("a", "echo hi")).ToString());
        foreach (var vm in (await server.Api.GetAsync("/v1/vms")).Items())
            output.WriteLine(vm.ToString());
        var read = Task.Run(async () => { while (await stream.NextAsync() is { } e) output.WriteLine(e.Text("subject") + " " + e.GetProperty("data").ToString()); });
        output.WriteLine(server.Process.Output);
        await Task.WhenAny(read, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System));
    }
}
