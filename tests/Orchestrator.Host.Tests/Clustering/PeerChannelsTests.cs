using System.Net;
using Orchestrator.Host.Clustering;
using Orchestrator.Host.Tests.Serving;
using Orchestrator.Protocol.Transport;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>Channels between nodes: only of a QEMU that is lent, only to nodes, and a VM that goes from one to another through them.</summary>
[Collection(nameof(ServedCluster))]
public sealed class PeerChannelsTests(ServedCluster cluster) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly PeerClient _peers = new(tls: null);

    public void Dispose() => _peers.Dispose();

    [Theory]
    [InlineData("vm-a", "qmp")]
    [InlineData("vm-a", "agent")]
    [InlineData("nobody", "qmp")]
    public async Task Channel_that_is_not_lent_is_refused(string vm, string channel)
    {
        var refused = await Assert.ThrowsAsync<IOException>(() => new PeerChannels(_peers, EndpointConnector.ConnectAsync).ConnectAsync(new Endpoint.Relayed(PeerOf("a"), vm, channel), default));

        Assert.Contains("404", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"the node 'a' has no VM '{vm}' whose channel '{channel}' is another node's", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_that_is_not_there_is_told_by_name()
    {
        var gone = await Assert.ThrowsAsync<IOException>(() => new PeerChannels(_peers, EndpointConnector.ConnectAsync).ConnectAsync(new Endpoint.Relayed("http://127.0.0.1:1", "vm-a", "qmp"), default));

        Assert.StartsWith("qmp of vm-a by way of http://127.0.0.1:1: ", gone.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("peer/v1/channels/qmp?vm=vm-a")]
    [InlineData("peer/v1/unread/0?written=1")]
    public async Task Who_is_no_node_finds_nothing(string path) => Assert.Equal(HttpStatusCode.NotFound, (await cluster.GetAsync("a", path)).Status);

    [Fact]
    public async Task VM_that_is_migrated_goes_over_and_any_gateway_reaches_it()
    {
        var uuid = Guid.NewGuid();
        var source = new FakeVm("guest", uuid);
        var destination = new FakeVm("guest", uuid) { RunState = "inmigrate" };
        await cluster["a"].AddAsync(source);
        await cluster["b"].AddAsync(destination);
        await ShowsAsync("\"phase\":\"Prepared\",\"source\":\"guest\",\"destination\":\"b/guest\"");
        await Assert.ThrowsAsync<IOException>(() => new PeerChannels(_peers, EndpointConnector.ConnectAsync).ConnectAsync(new Endpoint.Relayed(PeerOf("b"), "guest", "console"), default));

        await TellsWhatIsUnreadAsync(new Endpoint.Relayed(PeerOf("b"), "guest", "agent"));

        (source.RunState, destination.RunState) = ("postmigrate", "running");

        await ShowsAsync("\"host\":\"b\"");
        Assert.DoesNotContain(destination.AgentCommands, command => command.Name == "guest-get-host-name");
        await cluster.RunAsync("c", "guest", "guest-get-host-name");
        Assert.Single(destination.AgentCommands, command => command.Name == "guest-get-host-name");
        Assert.DoesNotContain(source.AgentCommands, command => command.Name == "guest-get-host-name");
        await EndAsync("a", source);
        await EndAsync("b", destination);
        await cluster.WholeAsync();
    }

    /// <summary>The agent's channel has a client already, so what this one writes is read by nobody.</summary>
    private async Task TellsWhatIsUnreadAsync(Endpoint agent)
    {
        var channel = Assert.IsType<RelayedStream>(await new PeerChannels(_peers, EndpointConnector.ConnectAsync).ConnectAsync(agent, default));
        Assert.False(await channel.HasUnreadAsync());
        await channel.WriteAsync("{\"execute\":\"guest-ping\",\"id\":1}\n"u8.ToArray());
        await channel.FlushAsync();
        Assert.True(await channel.HasUnreadAsync());
        await channel.DisposeAsync();
        // Its node hears of the end when it does.
        await Eventually.TrueAsync(async () => !await channel.HasUnreadAsync(), Limit, "a channel that has ended has nothing unread");
    }

    private async Task EndAsync(string node, FakeVm vm)
    {
        await vm.DisposeAsync();
        Directory.Delete(Path.Combine(cluster[node].VmDir, vm.Name), recursive: true);
    }

    private Task ShowsAsync(string what) => Eventually.TrueAsync(
        async () => (await cluster.GetAsync("c", "v1/vms")).Json.GetProperty("items").EnumerateArray().Where(vm => vm.GetProperty("name").GetString() == "guest").ToArray() is [var one] && one.GetRawText().Contains(what, StringComparison.Ordinal),
        Limit,
        $"the VM shows {what}");

    private string PeerOf(string node)
    {
        var remoting = cluster.Addresses[node].Split(':');
        return $"http://{remoting[0]}:{int.Parse(remoting[1], System.Globalization.CultureInfo.InvariantCulture) + 1}";
    }
}
