using System.Text.Json;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Tests.Serving;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Endpoints;

public sealed class QmpSocketsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Vm_has_a_private_socket_by_its_name_and_its_uuid_while_it_is_there()
    {
        await using var node = await ServedNode.StartAsync();
        var vm = new FakeVm("web 1", Guid.NewGuid());
        await node.AddAsync(vm);
        var (byName, byId) = (Socket(node, "web 1"), Socket(node, vm.Uuid.ToString()));
        await Eventually.TrueAsync(() => Path.Exists(byId), Patience, "the VM has its sockets");

        Assert.Equal(byName, (await ViewAsync(node, "web%201")).GetProperty("qmpSocket").GetString());
        Assert.False(FileStatus.Of(byName)!.Value.IsOpenToOthers);
        Assert.False(FileStatus.Of(Path.GetDirectoryName(byName)!)!.Value.IsOpenToOthers);
        foreach (var path in new[] { byName, byId })
        {
            await using var client = await QmpPeer.ConnectAsync(path);
            await client.NegotiateAsync();
            Assert.Equal("web 1", (await client.AskAsync("""{"execute":"query-name"}""")).GetProperty("return").GetProperty("name").GetString());
        }

        await node.RemoveAsync(vm);
        await Eventually.TrueAsync(() => !Path.Exists(byName) && !Path.Exists(byId), Patience, "the sockets are gone");
    }

    [Fact]
    public async Task Client_of_a_vm_that_leaves_is_sent_away()
    {
        await using var node = await ServedNode.StartAsync();
        var vm = new FakeVm("a", Guid.NewGuid());
        await node.AddAsync(vm);
        await Eventually.TrueAsync(() => Path.Exists(Socket(node, "a")), Patience, "the VM has its socket");
        await using var client = await QmpPeer.ConnectAsync(Socket(node, "a"));
        await client.NegotiateAsync();

        await node.RemoveAsync(vm);

        // What happens to its agent may be told first.
        while (await client.ReadLineAsync() is { } line)
            Assert.Contains("\"event\"", line);
    }

    [Fact]
    public async Task Stop_of_the_node_ends_clients_and_removes_sockets()
    {
        await using var node = await ServedNode.StartAsync();
        await node.AddAsync(new FakeVm("a", Guid.NewGuid()));
        await Eventually.TrueAsync(() => Path.Exists(Socket(node, "a")), Patience, "the VM has its socket");
        await using var client = await QmpPeer.ConnectAsync(Socket(node, "a"));
        await client.NegotiateAsync();

        await node.StopAsync();

        Assert.Null(await client.ReadLineAsync());
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(Socket(node, "a"))!, "*.sock"));
    }

    [Fact]
    public async Task Vm_whose_name_is_too_long_is_served_by_its_uuid()
    {
        var directory = Directory.CreateTempSubdirectory("orc-");
        await using (var vm = new FakeVm(new string('n', 100), Guid.NewGuid()))
        {
            vm.Start(directory.FullName);
            await using var node = await ServedNode.StartAsync($"vms: [{{ name: {vm.Name}, qmp: {directory.FullName}/qmp.sock }}]\n");
            var byId = Socket(node, vm.Uuid.ToString());
            await Eventually.TrueAsync(() => Path.Exists(byId), Patience, "the VM has a socket");

            Assert.Equal(byId, (await ViewAsync(node, vm.Name)).GetProperty("qmpSocket").GetString());
            await using var client = await QmpPeer.ConnectAsync(byId);
            await client.NegotiateAsync();
        }
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Of_two_vms_with_one_uuid_the_first_has_it_and_then_the_other()
    {
        await using var node = await ServedNode.StartAsync();
        var uuid = Guid.NewGuid();
        var first = new FakeVm("a", uuid);
        await node.AddAsync(first);
        await Eventually.TrueAsync(() => Path.Exists(Socket(node, uuid.ToString())), Patience, "the first VM has its sockets");
        await node.AddAsync(new FakeVm("b", uuid));
        await Eventually.TrueAsync(() => Path.Exists(Socket(node, "b")), Patience, "the second VM has its socket");

        Assert.Equal("a.sock", new FileInfo(Socket(node, uuid.ToString())).LinkTarget);
        await node.RemoveAsync(first);
        await Eventually.TrueAsync(() => new FileInfo(Socket(node, uuid.ToString())).LinkTarget == "b.sock", Patience, "the second has the UUID");
    }

    [Fact]
    public async Task Sockets_can_be_turned_off()
    {
        await using var node = await ServedNode.StartAsync("endpoint: { sockets: false }\n");
        await node.AddAsync(new FakeVm("a", Guid.NewGuid()));

        Assert.False((await ViewAsync(node, "a")).TryGetProperty("qmpSocket", out _));
        Assert.False(Directory.Exists(Path.GetDirectoryName(Socket(node, "a"))));
    }

    [Fact]
    public async Task Configuration_lifts_a_denial()
    {
        await using var node = await ServedNode.StartAsync("endpoint: { allow: [quit] }\n");
        await node.AddAsync(new FakeVm("a", Guid.NewGuid()));
        await Eventually.TrueAsync(() => Path.Exists(Socket(node, "a")), Patience, "the VM has its socket");
        await using var client = await QmpPeer.ConnectAsync(Socket(node, "a"));
        await client.NegotiateAsync();

        Assert.Contains("Denied by Orchestrator's policy", (await client.AskAsync("""{"execute":"getfd"}""")).GetProperty("error").GetProperty("desc").GetString());
        Assert.Equal("The command quit has not been found", (await client.AskAsync("""{"execute":"quit"}""")).GetProperty("error").GetProperty("desc").GetString());
    }

    private static string Socket(ServedNode node, string name) => Path.Combine(node.DataDir, "qmp", name + ".sock");

    private static async Task<JsonElement> ViewAsync(ServedNode node, string vm) => JsonElement.Parse(await node.Http.GetStringAsync($"v1/vms/{vm}"));
}
