using System.Net.Sockets;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Serving;

/// <summary>The node as a whole: its socket, its end, what it refuses to start with.</summary>
public sealed class ServerTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orc-");

    private string DataDir => Path.Combine(_directory.FullName, "data");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Socket_is_for_its_user_only_and_vanishes_with_the_node()
    {
        await using var node = await ServedNode.StartAsync();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(node.SocketPath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(node.SocketPath)!));
        Assert.Equal(0, await node.StopAsync());
        Assert.False(File.Exists(node.SocketPath));
    }

    [Theory]
    [InlineData("v1/events")]
    [InlineData("v1/vms:watch")]
    public async Task Node_that_stops_ends_its_streams(string path)
    {
        await using var node = await ServedNode.StartAsync();
        using var answer = await node.Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());

        var stopping = node.StopAsync();
        Assert.Null(await reader.ReadLineAsync());
        Assert.Equal(0, await stopping);
    }

    [Fact]
    public async Task Two_nodes_do_not_share_a_socket()
    {
        await using var node = await ServedNode.StartAsync();

        var refused = await Assert.ThrowsAsync<ServeException>(() => Server.RunAsync(new ServeOptions { Data = DataDir, Listen = [node.SocketPath] }, CancellationToken.None));
        Assert.Contains("another process listens", refused.Message);
        Assert.True((await node.Http.GetAsync("healthz")).IsSuccessStatusCode);
    }

    [Theory]
    [InlineData("listen: [0.0.0.0:80]\n", "only loopback addresses")]
    [InlineData("vms: [{name: a}]\n", "needs a 'qmp' endpoint")]
    [InlineData("vms: [{name: a, qmp: 'tcp:nowhere'}]\n", "the VM 'a'")]
    [InlineData("hots: a\n", "orchestrator.yaml:1:1")]
    public async Task Node_does_not_start_with_a_wrong_configuration(string config, string expected)
    {
        var path = Path.Combine(_directory.FullName, "orchestrator.yaml");
        await File.WriteAllTextAsync(path, config);

        var options = new ServeOptions { Config = path, Data = DataDir, Listen = config.StartsWith("listen") ? [] : [Path.Combine(_directory.FullName, "s")] };
        var refused = await Assert.ThrowsAsync<ServeException>(() => Server.RunAsync(options, CancellationToken.None));
        Assert.Contains(expected, refused.Message);
    }

    [Fact]
    public async Task Named_vm_is_served_from_the_configuration()
    {
        var path = Path.Combine(_directory.FullName, "vm");
        await using var vm = new FakeVm("vm", Guid.NewGuid()) { HasAgent = false };
        vm.Start(path);
        await using var node = await ServedNode.StartAsync($"host: elsewhere\nvms:\n- name: named\n  qmp: {path}/qmp.sock\n  labels: {{a: b}}\n");

        await TestKit.Eventually.TrueAsync(async () => (await node.Http.GetStringAsync("v1/vms")).Contains(vm.Uuid.ToString()), TimeSpan.FromSeconds(30), "the VM is known");
        var vms = await node.Http.GetStringAsync("v1/vms?target=l:a%3Db%20and%20h:elsewhere");
        Assert.Contains("\"name\":\"named\",\"host\":\"elsewhere\"", vms);
    }

    [Fact]
    public async Task Loopback_address_is_served()
    {
        using var probe = new TcpListener(System.Net.IPAddress.Loopback, 0);
        probe.Start();
        var address = probe.LocalEndpoint.ToString();
        probe.Stop();
        using var stop = new CancellationTokenSource();
        var running = Server.RunAsync(new ServeOptions { Data = DataDir, Listen = [address!] }, stop.Token);
        using var http = new HttpClient();

        await TestKit.Eventually.TrueAsync(async () => running.IsCompleted || await IsHealthyAsync(http, address!), TimeSpan.FromSeconds(30), "the node answers");
        await stop.CancelAsync();
        Assert.Equal(0, await running);
    }

    private static async Task<bool> IsHealthyAsync(HttpClient http, string address)
    {
        try
        {
            return (await http.GetAsync($"http://{address}/healthz")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
