using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit.Migration;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Migration;

/// <summary>One real guest by the name <see cref="Name"/>, wherever it is now, and a server over it. Tests leave it running.</summary>
public sealed class MigratingGuest : IAsyncLifetime
{
    /// <summary>The VM's name, at whatever place its guest is.</summary>
    public const string Name = "first";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly RealVmDirectory _directory = new();
    private int _destinations;

    internal OrchestratorServer Server { get; private set; } = null!;

    internal ApiClient Api => Server.Api;

    /// <summary>The QEMU that the guest is in.</summary>
    public RealVm Owner { get; set; } = null!;

    public async Task InitializeAsync()
    {
        Owner = await _directory.AddVmAsync(new() { Name = Name, MemoryMiB = 192 });
        await Owner.BootedAsync(Limit);
        Server = await OrchestratorServer.StartAsync("--vm-dir", _directory.Path);
        await Server.ReadyAsync(Name);
    }

    public async Task DisposeAsync()
    {
        if (Server is not null)
            await Server.DisposeAsync();
        await _directory.DisposeAsync();
    }

    /// <summary>Another QEMU that awaits the guest, and that the server has seen.</summary>
    public async Task<RealVm> PrepareAsync()
    {
        var destination = await _directory.AddDestinationAsync(Owner, $"place-{++_destinations}");
        await Server.VmAsync(Name, vm => vm.TryGetProperty("migration", out var migration) && migration.Is("phase", "Prepared") && migration.Is("destination", destination.Options.Name), "has a destination");
        return destination;
    }

    /// <summary>Begins a migration that takes until it is told to end.</summary>
    internal static async Task BeginSlowlyAsync(RawPeer monitor, RealVm destination)
    {
        await MigrationDriver.CommandAsync(monitor, """{"execute":"migrate-set-parameters","arguments":{"max-bandwidth":100000}}""");
        await MigrationDriver.BeginAsync(monitor, destination);
        await MigrationDriver.StatusAsync(monitor, "active");
    }

    /// <summary>The VM at that place, with the agent that it always had.</summary>
    internal Task IsAtAsync(RealVm place) => Server.VmAsync(
        Name,
        vm => OrchestratorServer.IsReady(vm) && vm.Number("incarnation") == 1 && vm.GetProperty("facts").Is("qemu.name", place.Options.Name),
        $"is at {place.Options.Name} with its agent");
}
