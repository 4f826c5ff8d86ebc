using System.Net;
using System.Text.Json;
using Orchestrator.Host.Tests.Serving;
using Orchestrator.Host.Tests.Storage.Postgres;
using Orchestrator.TestKit;
using static Orchestrator.Host.Tests.Clustering.ServedNodes;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>Freezes over VMs of three nodes, through the API of any of them.</summary>
[Collection(nameof(PostgresServer))]
public sealed class FleetFreezeTests(PostgresServer server) : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly Dictionary<string, FakeVm> _vms = new[] { "a", "b", "c" }.Select((node, at) => (Node: node, Vm: Freezable($"web-{node}", at + 1))).ToDictionary(item => item.Node, item => item.Vm);
    private ServedNodes _cluster = null!;

    public async Task InitializeAsync()
    {
        _cluster = await ServedNodes.StartAsync(server.AddressOf($"t{Guid.NewGuid():N}"), "a", "b", "c");
        await _cluster.AddAsync([.. _vms.Select(vm => (vm.Key, vm.Value))]);
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_group_of_all_nodes_VMs_is_frozen_and_thawed_and_goes_on_when_its_duty_moves()
    {
        var (status, group) = await FreezeAsync("a");
        Assert.Equal((HttpStatusCode.Created, "Frozen"), (status, Text(group, "phase")));
        Assert.Equal(["web-a a Frozen Fs", "web-b b Frozen Fs", "web-c c Frozen Fs"], Vms(group).Select(vm => $"{Text(vm, "name")} {Text(vm, "host")} {Text(vm, "stage")} {Text(vm, "consistency")}"));
        var id = Text(group, "id");
        foreach (var node in _cluster.Names)
        {
            Assert.Equal(id, Text(Items(await _cluster.GetAsync(node, "v1/freezes")).Single(), "id"));
            await Eventually.TrueAsync(async () => Items(await _cluster.GetAsync(node, "v1/freeze-leases")).Select(lease => Text(lease, "host")).SequenceEqual(["a", "b", "c"]), Limit, $"{node} knows the leases of all nodes");
        }
        Assert.Equal("Frozen", Text((await _cluster.PostAsync("b", $"v1/freezes/{id}:extend", """{"owner":"backup"}""")).Body, "phase"));

        var thawed = (await _cluster.PostAsync("c", $"v1/freezes/{id}:thaw")).Body;

        Assert.Equal("Thawed", Text(thawed, "phase"));
        Assert.All(Vms(thawed), vm => Assert.Equal(("Thawed", "Requested"), (Text(vm, "stage"), Text(vm, "cause"))));
        Assert.All(_vms.Values, vm => Assert.Equal((1, 1), (Count(vm, "guest-fsfreeze-freeze"), Count(vm, "guest-fsfreeze-thaw"))));

        // The node that has the group stops: another finds it by what the VMs' nodes hold.
        (_, group) = await FreezeAsync("a");
        id = Text(group, "id");
        var owner = (await _cluster.OwnerAsync("control"))!;
        await _cluster.StopAsync(owner);
        var left = _cluster.Names.ToArray();
        await Eventually.TrueAsync(async () => await _cluster.OwnerAsync("control") is { } other && other != owner, Limit, "another node has the duty");
        var found = default(JsonElement);
        await Eventually.TrueAsync(async () => Text(found = await _cluster.GetAsync(left[0], $"v1/freezes/{id}"), "phase") == "Frozen", Limit, "it has the group");
        Assert.Equal(left, Vms(found).Where(vm => Text(vm, "stage") == "Frozen").Select(vm => Text(vm, "host")));
        Assert.Equal(("backup", 300_000), (Text(found, "owner"), found.GetProperty("ttlMs").GetDouble()));

        var ended = (await _cluster.PostAsync(left[1], $"v1/freezes/{id}:thaw")).Body;

        Assert.All(Vms(ended).Where(vm => Text(vm, "host") != owner), vm => Assert.Equal("Thawed", Text(vm, "stage")));
        Assert.All(_vms.Values, vm => Assert.Equal((2, 2), (Count(vm, "guest-fsfreeze-freeze"), Count(vm, "guest-fsfreeze-thaw"))));
    }

    [Fact]
    public async Task VMs_of_all_nodes_are_thawed_by_name_and_a_VM_that_cannot_be_frozen_keeps_all_from_it()
    {
        _vms["c"].AgentAnswers.Remove("guest-fsfreeze-freeze", out _);

        var (_, failed) = await FreezeAsync("b");

        Assert.Equal("Failed", Text(failed, "phase"));
        Assert.Equal("Failed", Text(Vms(failed)[2], "stage"));
        Assert.All(Vms(failed)[..2], vm => Assert.Equal("GroupFailed", Text(vm, "reason")));
        await Eventually.TrueAsync(async () => Items(await _cluster.GetAsync("a", "v1/freeze-leases")).Length == 0, Limit, "no lease is left");

        await _cluster.PostAsync("a", "v1/freezes", """{"target":"web-a or web-b","owner":"backup","ttlMs":300000}""");
        var thawed = Items((await _cluster.PostAsync("c", "v1/freezes:thaw", """{"target":"*"}""")).Body);
        Assert.Equal(["web-a Thawed", "web-b Thawed", "web-c NotFrozen"], thawed.Select(vm => $"{Text(vm, "name")} {Text(vm, "result")}"));
    }

    private Task<(HttpStatusCode Status, JsonElement Body)> FreezeAsync(string node) => _cluster.PostAsync(node, "v1/freezes", """{"target":"web-*","owner":"backup","ttlMs":300000}""");

    private static JsonElement[] Vms(JsonElement group) => [.. group.GetProperty("vms").EnumerateArray()];

    private static int Count(FakeVm vm, string command) => vm.AgentCommands.Count(sent => sent.Name == command);

    private static FakeVm Freezable(string name, int number)
    {
        string[] commands = ["guest-ping", "guest-info", "guest-get-osinfo", "guest-fsfreeze-freeze", "guest-fsfreeze-thaw", "guest-fsfreeze-status"];
        var vm = new FakeVm(name, new Guid(number, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 0));
        var info = $$"""{"version": "7.2.22", "supported_commands": [{{string.Join(", ", commands.Select(command => $$"""{"name": "{{command}}", "enabled": true, "success-response": true}"""))}}]}""";
        vm.AgentAnswers["guest-info"] = _ => Task.FromResult(info);
        foreach (var command in commands[3..5])
            vm.AgentAnswers[command] = _ => Task.FromResult("1");
        return vm;
    }
}
