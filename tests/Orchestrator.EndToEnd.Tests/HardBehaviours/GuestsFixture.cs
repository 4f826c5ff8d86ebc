using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.HardBehaviours;

/// <summary>Four booted VMs and a server over them, shared by tests that leave the guests as they found them.</summary>
public sealed class GuestsFixture : IAsyncLifetime
{
    /// <summary>A guest with room for large answers.</summary>
    public const string Roomy = "roomy";

    /// <summary>A guest with a filesystem to freeze.</summary>
    public const string WithDisk = "disk";

    /// <summary>A guest whose agent's port sends no events.</summary>
    public const string WithoutPortId = "no-port-id";

    /// <summary>A guest that cannot shut down.</summary>
    public const string WithoutShutdown = "no-shutdown";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly RealVmDirectory _directory = new();
    private readonly Dictionary<string, RealVm> _vms = [];

    internal OrchestratorServer Server { get; private set; } = null!;

    internal ApiClient Api => Server.Api;

    public RealVm Vm(string name) => _vms[name];

    public async Task InitializeAsync()
    {
        RealVmOptions[] options =
        [
            new() { Name = Roomy, MemoryMiB = 512 },
            new() { Name = WithDisk, WithDisk = true },
            new() { Name = WithoutPortId, PortHasId = false },
            new() { Name = WithoutShutdown, KernelArguments = RealVmOptions.NoShutdown },
        ];
        foreach (var option in options)
            _vms[option.Name] = await _directory.AddVmAsync(option);
        await Task.WhenAll(_vms.Values.Select(vm => vm.BootedAsync(Limit)));
        Server = await OrchestratorServer.StartAsync("--vm-dir", _directory.Path);
        await Task.WhenAll(_vms.Keys.Select(Server.ReadyAsync));
    }

    public async Task DisposeAsync()
    {
        if (Server is not null)
            await Server.DisposeAsync();
        await _directory.DisposeAsync();
    }

    /// <summary>Lets the guest's power button run a script: a way in that needs no agent. Press it with <see cref="PressPowerButtonAsync"/>.</summary>
    internal async Task ArmPowerButtonAsync(string vm, string script)
    {
        var quoted = script.Replace("'", "'\\''", StringComparison.Ordinal);
        (await Api.ShellAsync(vm, $"printf '#!/bin/sh\\n%s\\n' '{quoted}' > /run/on-power; chmod +x /run/on-power; ln -sf /run/on-power /etc/acpi/PWRF/00000080")).Succeeds();
    }

    /// <summary>Presses it, and awaits what the script writes last to the console.</summary>
    internal async Task PressPowerButtonAsync(string vm, string lastWords)
    {
        var before = Occurrences(vm, lastWords);
        (await Api.QmpAsync(vm, "system_powerdown")).Succeeds();
        await Eventually.TrueAsync(() => Occurrences(vm, lastWords) > before, Limit, $"the guest of {vm} says '{lastWords}'");
    }

    /// <summary>Whether the guest has a file.</summary>
    internal async Task<bool> HasFileAsync(string vm, string path) => (await Api.ShellAsync(vm, $"test -e {path}")).Is("phase", "Succeeded");

    internal async Task<int> IncarnationAsync(string vm) => (await Api.GetAsync($"/v1/vms/{vm}")).Body.Number("incarnation");

    internal async Task<string> HostNameAsync(string vm) => (await Api.AgentAsync(vm, "guest-get-host-name")).Result().Text("host-name")!;

    private int Occurrences(string vm, string words) => Vm(vm).Console.Split(words).Length - 1;
}

/// <summary>The tests that share the guests run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class GuestsCollection : ICollectionFixture<GuestsFixture>
{
    public const string Name = "shared guests";
}
