using System.Net.Sockets;
using System.Text.Json;
using Orchestrator.Host.Serving;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Serving;

/// <summary>A real node in this process, behind a Unix socket of its own, whose VMs are fakes in a <c>--vm-dir</c>.</summary>
internal sealed class ServedNode : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly DirectoryInfo _directory;
    private readonly bool _ownsDirectory;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<FakeVm> _vms = [];
    private Task<int> _running = Task.FromResult(-1);

    private ServedNode(ServedNode? before)
    {
        (_directory, _ownsDirectory) = (before?._directory ?? Directory.CreateTempSubdirectory("orc-"), before is null);
        SocketPath = Path.Combine(_directory.FullName, "api", "s");
        VmDir = _directory.CreateSubdirectory("vms").FullName;
        DataDir = Path.Combine(_directory.FullName, "data");
        Http = new HttpClient(new SocketsHttpHandler { ConnectCallback = async (_, cancellation) => new NetworkStream(await ConnectAsync(cancellation), ownsSocket: true) })
        {
            BaseAddress = new Uri("http://localhost/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public string SocketPath { get; }

    public string VmDir { get; }

    /// <summary>Where it keeps what must outlive it.</summary>
    public string DataDir { get; }

    public HttpClient Http { get; }

    /// <summary>Serves when it returns; VMs are added by <see cref="AddAsync"/>.</summary>
    /// <param name="config">Text of its configuration.</param>
    /// <param name="after">A stopped node whose VMs and data it takes over; that one is disposed after this one.</param>
    public static async Task<ServedNode> StartAsync(string? config = null, ServedNode? after = null)
    {
        var node = new ServedNode(after);
        var configPath = Path.Combine(node._directory.FullName, "orchestrator.yaml");
        await File.WriteAllTextAsync(configPath, config ?? "host: node1\n");
        node._running = Server.RunAsync(new ServeOptions { Config = configPath, VmDir = node.VmDir, Data = node.DataDir, Listen = [node.SocketPath] }, node._stop.Token);
        await Eventually.TrueAsync(() => node._running.IsCompleted || File.Exists(node.SocketPath), Patience, "the node listens");
        if (node._running.IsCompleted)
            await node._running;
        await Eventually.TrueAsync(node.IsReadyAsync, Patience, "the node is ready");
        return node;
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            return (await Http.GetAsync("readyz")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // The socket is bound, and nobody listens yet.
            return false;
        }
    }

    /// <summary>Adds VMs to the node's directory and waits until it knows all of them as well as it ever will.</summary>
    public async Task AddAsync(params FakeVm[] vms)
    {
        foreach (var vm in vms)
            vm.Start(Path.Combine(VmDir, vm.Name));
        _vms.AddRange(vms);
        foreach (var vm in vms)
            await KnowsAsync(vm);
    }

    /// <summary>Waits until the node knows a VM as well as it ever will.</summary>
    public Task KnowsAsync(FakeVm vm) => Eventually.TrueAsync(async () => vm.IsSettled(await FindAsync(vm.Name)), Patience, $"the node knows {vm.Name}");

    /// <summary>Takes a VM away: its sockets and its directory.</summary>
    public async Task RemoveAsync(FakeVm vm)
    {
        _vms.Remove(vm);
        await vm.DisposeAsync();
        Directory.Delete(Path.Combine(VmDir, vm.Name), recursive: true);
        await Eventually.TrueAsync(async () => await FindAsync(vm.Name) is null, Patience, $"the node has forgotten {vm.Name}");
    }

    /// <summary>Ends the node and gives its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        return await _running;
    }

    /// <summary>A connection of its own, for requests that no HTTP client would send.</summary>
    public async Task<Socket> ConnectAsync(CancellationToken cancellation = default)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellation);
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await StopAsync();
        foreach (var vm in _vms)
            await vm.DisposeAsync();
        _stop.Dispose();
        if (_ownsDirectory)
            _directory.Delete(recursive: true);
    }

    private async Task<JsonElement?> FindAsync(string name)
    {
        var answer = JsonElement.Parse(await Http.GetStringAsync("v1/vms"));
        return answer.GetProperty("items").EnumerateArray().Where(vm => vm.GetProperty("name").GetString() == name).Select(vm => (JsonElement?)vm).SingleOrDefault();
    }
}
