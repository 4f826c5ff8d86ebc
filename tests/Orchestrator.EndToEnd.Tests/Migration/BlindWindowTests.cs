using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit.Migration;
using Orchestrator.TestKit.Processes;
using Orchestrator.TestKit.RealVms;
using Xunit.Abstractions;

namespace Orchestrator.EndToEnd.Tests.Migration;

/// <summary>Migrations of a real guest that nobody announces: they may be over before the server has seen who awaits it, or while there is none.</summary>
public sealed class BlindWindowTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Name = "a";
    private const int Rounds = 8;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly RealVmDirectory _directory = new();
    private OrchestratorServer _server = null!;
    private RealVm _owner = null!;
    private string _uuid = "";

    public async Task InitializeAsync()
    {
        _owner = await _directory.AddVmAsync(new() { Name = Name });
        await _owner.BootedAsync(Limit);
        _server = await OrchestratorServer.StartAsync("--vm-dir", _directory.Path);
        _uuid = (await _server.ReadyAsync(Name)).Text("id")!;
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        await _directory.DisposeAsync();
    }

    [Fact]
    public async Task Migrations_to_and_fro_that_wait_for_nobody_are_all_followed()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var destination = await AwaitingAsync(round);
            await MigrationDriver.MigrateAsync(_owner, destination);
            await IsAtAsync(destination);
            output.WriteLine($"round {round} followed");
            await LeaveAsync(destination);
        }
    }

    [Fact]
    public async Task Migrations_under_load_that_wait_for_nobody_cost_no_answer()
    {
        await using var load = await MigrationLoad.StartAsync(_server.SocketPath, Name);

        for (var round = 0; round < Rounds; round++)
        {
            var destination = await AwaitingAsync(round);
            await MigrationDriver.MigrateAsync(_owner, destination);
            await _server.VmAsync(Name, vm => vm.TryGetProperty("migration", out var migration) && migration.Is("phase", "Completed") && migration.Is("destination", destination.Options.Name), $"is at {destination.Options.Name}");
            output.WriteLine($"round {round} followed");
            await _owner.KillAsync();
            _owner = destination;
        }

        var wrong = await load.StopAsync();
        output.WriteLine(load.Counts);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(20)));
        await IsAtAsync(_owner);
        Assert.DoesNotContain("no QMP socket", _server.Process.Output);
    }

    [Fact]
    public async Task Migrations_that_are_over_before_the_server_looks_are_found_by_asking()
    {
        for (var round = 0; round < Rounds; round++)
        {
            _server.Process.Send(Signal.Stop);
            var destination = await AwaitingAsync(round);
            await MigrationDriver.MigrateAsync(_owner, destination);
            _server.Process.Send(Signal.Continue);
            await IsAtAsync(destination);
            output.WriteLine($"round {round} followed");
            await LeaveAsync(destination);
        }
    }

    [Fact]
    public async Task Server_that_is_killed_in_the_middle_of_a_migration_finds_where_the_guest_is()
    {
        for (var round = 0; round < 4; round++)
        {
            var destination = await AwaitingAsync(round);
            await using var monitor = await RawPeer.NegotiateAsync(_owner.TestMonitorPath);
            await MigratingGuest.BeginSlowlyAsync(monitor, destination);
            await _server.KillAsync();
            await MigrationDriver.CommandAsync(monitor, """{"execute":"migrate-set-parameters","arguments":{"max-bandwidth":2000000000,"downtime-limit":2000}}""");
            if (round % 2 == 1)
                await MigrationDriver.StatusAsync(monitor, "completed");
            await _server.RestartAsync();
            await MigrationDriver.StatusAsync(monitor, "completed");
            await IsAtAsync(destination, _uuid);
            output.WriteLine($"round {round} followed");
            await LeaveAsync(destination, _uuid);
        }
    }

    private Task<RealVm> AwaitingAsync(int round) => _directory.AddDestinationAsync(_owner, round % 2 == 0 ? "b" : Name);

    /// <summary>What the guest has left ends, as libvirt ends it.</summary>
    private async Task LeaveAsync(RealVm destination, string name = Name)
    {
        await _owner.KillAsync();
        _owner = destination;
        (await _server.Api.ShellAsync(name, "true")).Succeeds();
    }

    /// <summary>The one VM is at that place, with the agent that it always had.</summary>
    private async Task<JsonElement> IsAtAsync(RealVm place, string name = Name)
    {
        var vm = await _server.VmAsync(
            name,
            vm => OrchestratorServer.IsReady(vm) && vm.Is("id", _uuid) && vm.Number("incarnation") == 1 && vm.GetProperty("facts").Is("qemu.name", place.Options.Name),
            $"is at {place.Options.Name}");
        Assert.Single((await _server.Api.GetAsync("/v1/vms")).Items());
        return vm;
    }
}
