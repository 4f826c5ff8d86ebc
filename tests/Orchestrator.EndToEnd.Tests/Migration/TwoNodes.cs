using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Clustering;
using Orchestrator.EndToEnd.Tests.Clustering.Faults;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Migration;

/// <summary>Two nodes of one cluster and a real guest, <see cref="Name"/>, that is on one of them and may go to the other. On both machines it has that name.</summary>
public sealed class TwoNodes : IAsyncLifetime
{
    public const string Name = "vm";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private ClusterLab _lab = null!;

    /// <summary>The QEMU that the guest is in.</summary>
    internal RealVm Owner { get; set; } = null!;

    /// <summary>The node whose machine that is.</summary>
    internal ClusterNode Home { get; private set; } = null!;

    /// <summary>The other one.</summary>
    internal ClusterNode Other => _lab.Nodes.Single(node => node != Home);

    internal ClusterLab Lab => _lab;

    public async Task InitializeAsync()
    {
        _lab = await ClusterLab.StartAsync(new() { Nodes = 2, Clustered = true });
        foreach (var gateway in _lab.Nodes)
            await Gateways.ShowsAsync(gateway, "/v1/nodes", answer => answer.Items().All(node => node.GetProperty("duties").GetArrayLength() > 10) && answer.Items().Length == 2, Limit, "that both have their share of the duties");
        Home = _lab["a"];
        Owner = await Home.Vms.AddVmAsync(new() { Name = Name, WithDisk = true });
        await Owner.BootedAsync(Limit);
        await IsOnAsync(Home);
    }

    public async Task DisposeAsync()
    {
        if (_lab is not null)
            await _lab.DisposeAsync();
    }

    /// <summary>Another QEMU on the other machine that awaits the guest, and that the VM's node has seen.</summary>
    internal async Task<RealVm> PrepareAsync()
    {
        var destination = await Other.Vms.AddDestinationAsync(Owner, Name);
        await PreparedAsync();
        return destination;
    }

    internal Task PreparedAsync() => ShowsAsync(
        // A VM that has not gone over yet may go back to the node that serves it.
        vm => Phase(vm) == "Prepared" && vm.GetProperty("migration").Is("destination", vm.Is("host", Other.Name) ? Name : $"{Other.Name}/{Name}"),
        "has a destination on the other node");

    /// <summary>The guest is at its destination, and its old QEMU has ended.</summary>
    internal async Task MovedAsync(RealVm destination)
    {
        await ShowsAsync(vm => PlaceOf(vm) == $"{Other.Name}/{Name}", "is at its destination");
        await Owner.KillAsync();
        (Owner, Home) = (destination, Other);
    }

    /// <summary>Both nodes know the VM as one of that node's, with the agent that it always had.</summary>
    internal async Task IsOnAsync(ClusterNode home)
    {
        foreach (var gateway in _lab.Nodes)
        {
            await Gateways.ShowsAsync(
                gateway,
                "/v1/vms",
                answer => answer.Items().ToArray() is [var vm] && vm.Is("host", home.Name) && vm.Is("name", Name) && vm.Number("incarnation") == 1 && OrchestratorServer.IsReady(vm),
                Limit,
                $"the VM as {home.Name}'s");
        }
    }

    /// <summary>Kills a node, and starts it when the other has put it out.</summary>
    internal async Task KillAndRestartAsync(ClusterNode node)
    {
        await node.Server.KillAsync();
        await Gateways.ShowsAsync(_lab.Nodes.Single(other => other != node), "/v1/nodes", answer => answer.Items().Any(item => item.Is("name", node.Name) && item.Is("state", "Gone")), Limit, $"{node.Name} as gone");
        await node.Server.RestartAsync();
    }

    /// <summary>A node knows one VM, which is where the guest is and takes commands.</summary>
    internal Task ServesAsync(ClusterNode gateway) => Gateways.ShowsAsync(
        gateway, "/v1/vms", answer => answer.Items().ToArray() is [var vm] && vm.Is("host", Home.Name) && OrchestratorServer.IsReady(vm), Limit, $"the VM as {Home.Name}'s");

    /// <summary>Every node shows the VM so.</summary>
    internal async Task ShowsAsync(Func<JsonElement, bool> isSo, string what)
    {
        foreach (var gateway in _lab.Nodes)
            await Gateways.ShowsAsync(gateway, "/v1/vms", answer => answer.Items().Any(vm => vm.Is("name", Name) && isSo(vm)), Limit, $"that the VM {what}");
    }

    private static string PlaceOf(JsonElement vm) => vm.Text("place") ?? $"{vm.Text("host")}/{vm.Text("name")}";

    private static string? Phase(JsonElement vm) => vm.TryGetProperty("migration", out var migration) ? migration.Text("phase") : null;
}
