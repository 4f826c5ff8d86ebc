using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Tests.Serving;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Webhooks;

/// <summary>A real node in this process with one VM, that can be started anew on the same data.</summary>
internal sealed class WebhookNode : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orc-");
    private CancellationTokenSource _stop = new();
    private Task<int> _running = Task.FromResult(-1);
    private HttpClient _http = null!;

    public FakeVm Vm { get; } = new("web1", new Guid("00000000-0000-4000-8000-000000000001")) { HasAgent = false };

    private string SocketPath => Path.Combine(_directory.FullName, "api", "s");

    public static async Task<WebhookNode> StartAsync()
    {
        var node = new WebhookNode();
        node.Vm.Start(Path.Combine(node._directory.CreateSubdirectory("vms").FullName, node.Vm.Name));
        await node.BeginAsync();
        return node;
    }

    public async Task RestartAsync(Func<Task>? meanwhile = null)
    {
        await EndAsync();
        if (meanwhile is not null)
            await meanwhile();
        _stop = new CancellationTokenSource();
        await BeginAsync();
    }

    /// <summary>QEMU tells of an event with a number in it.</summary>
    public Task HappenAsync(int number) => Vm.HappenAsync("RTC_CHANGE", $$"""{"offset": {{number}}, "qom-path": "x"}""");

    public async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var answer = await _http.SendAsync(request);
        return (answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsStringAsync()));
    }

    public Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, string? body = null) => SendAsync(HttpMethod.Post, path, body);

    public async Task<JsonElement> GetAsync(string path)
    {
        var (status, body) = await SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, status);
        return body;
    }

    /// <summary>Makes a subscription to the events of <see cref="HappenAsync"/>; the members are JSON text, each with a comma before it.</summary>
    public async Task<(string Path, string Secret)> SubscribeAsync(Uri url, string members = "")
    {
        var (status, body) = await PostAsync("v1/subscriptions", $$"""{"url":"{{url}}","type":["RTC_*"]{{members}}}""");
        Assert.True(status == HttpStatusCode.Created, body.GetRawText());
        return ($"v1/subscriptions/{body.GetProperty("id").GetString()}", body.GetProperty("secret").GetString()!);
    }

    public Task ShowsAsync(string path, Func<JsonElement, bool> condition, string what) => Eventually.TrueAsync(async () => condition(await GetAsync(path)), Patience, what);

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await Vm.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private async Task BeginAsync()
    {
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync }) { BaseAddress = new Uri("http://localhost/"), Timeout = Patience };
        _running = Server.RunAsync(new ServeOptions { Config = await ConfigAsync(), VmDir = Path.Combine(_directory.FullName, "vms"), Data = Path.Combine(_directory.FullName, "data"), Listen = [SocketPath] }, _stop.Token);
        await Eventually.TrueAsync(IsReadyAsync, Patience, "the node is ready and knows its VM");
    }

    private async Task<string> ConfigAsync()
    {
        var path = Path.Combine(_directory.FullName, "orchestrator.yaml");
        await File.WriteAllTextAsync(path, "host: node1\n");
        return path;
    }

    private async Task<bool> IsReadyAsync()
    {
        if (_running.IsCompleted)
            await _running;
        try
        {
            return (await _http.GetStringAsync("v1/vms")).Contains("\"runState\"", StringComparison.Ordinal);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task EndAsync()
    {
        _http.Dispose();
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }
}
