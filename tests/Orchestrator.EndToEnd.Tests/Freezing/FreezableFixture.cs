using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Processes;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Freezing;

/// <summary>Two booted VMs with an ext4 disk each, one without, and a server over them that tests may kill and start again.</summary>
public sealed class FreezableFixture : IAsyncLifetime
{
    public const string First = "frz1", Second = "frz2", WithoutDisk = "frz3";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private readonly RealVmDirectory _directory = new();
    private readonly Dictionary<string, RealVm> _vms = [];
    private ChildProcess? _successor;

    internal OrchestratorServer Server { get; private set; } = null!;

    internal ApiClient Api => Server.Api;

    /// <summary>Where the VMs' directories are, with their disks' images.</summary>
    public string VmDir => _directory.Path;

    public string DiskOf(string vm) => Path.Combine(_vms[vm].Directory, "data.img");

    public RealVm Vm(string name) => _vms[name];

    public async Task InitializeAsync()
    {
        RealVmOptions[] options = [new() { Name = First, WithDisk = true }, new() { Name = Second, WithDisk = true }, new() { Name = WithoutDisk }];
        foreach (var option in options)
            _vms[option.Name] = await _directory.AddVmAsync(option);
        await Task.WhenAll(_vms.Values.Select(vm => vm.BootedAsync(Limit)));
        Server = await OrchestratorServer.StartAsync("--vm-dir", _directory.Path);
        await Task.WhenAll(_vms.Keys.Select(Server.ReadyAsync));
    }

    /// <summary>Kills the server as a crash does, and starts another one on the same data.</summary>
    internal async Task KillAndRestartAsync()
    {
        await (_successor ?? Server.Process).KillAsync();
        _successor = OrchestratorProgram.Start("serve", "--listen", $"unix:{Server.SocketPath}", "--data", Server.DataPath, "--vm-dir", _directory.Path);
        await Eventually.TrueAsync(
            () =>
            {
                _successor.ThrowIfExited();
                return Api.IsReadyAsync();
            },
            Limit,
            "the next server serves");
    }

    internal async Task<JsonElement> FreezeAsync(string body)
    {
        var answer = await Api.PostAsync("/v1/freezes", body);
        Assert.True(answer.Body.Is("phase", "Frozen"), answer.Text);
        return answer.Body;
    }

    /// <summary>Awaits that the server shows no freeze of a VM, and its agent none either.</summary>
    internal async Task ThawedAsync(string vm)
    {
        await Eventually.TrueAsync(async () => (await Api.GetAsync($"/v1/vms/{vm}")).Body is var shown && shown.Is("agent", "Ready") && !shown.TryGetProperty("freeze", out _), Limit, $"{vm} is thawed");
        Assert.Equal("thawed", (await Api.AgentAsync(vm, "guest-fsfreeze-status")).Result().GetString());
    }

    public async Task DisposeAsync()
    {
        if (_successor is not null)
            await _successor.DisposeAsync();
        if (Server is not null)
            await Server.DisposeAsync();
        await _directory.DisposeAsync();
    }
}

/// <summary>The tests that share the VMs run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class FreezableCollection : ICollectionFixture<FreezableFixture>
{
    public const string Name = "freezable guests";
}
