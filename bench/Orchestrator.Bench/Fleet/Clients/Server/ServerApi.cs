using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Orchestrator.Bench.Fleet.Clients.Server;

/// <summary>The part of the HTTP API (docs/API.md) that the benchmark needs, over the server's Unix socket.</summary>
public sealed class ServerApi : IDisposable
{
    private static readonly MediaTypeWithQualityHeaderValue Ndjson = new("application/x-ndjson");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);
    private readonly HttpClient _http;

    /// <summary>Uses the server that listens on <paramref name="socket"/>, now or later.</summary>
    public ServerApi(string socket) => _http = new HttpClient(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancel) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel);
                return new NetworkStream(connection, ownsSocket: true);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        },
    })
    {
        BaseAddress = new Uri("http://orchestrator/"),
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>True if <c>GET /healthz</c> says so; false if nobody listens yet.</summary>
    public async Task<bool> IsLiveAsync(CancellationToken cancel)
    {
        try
        {
            return await BoundedAsync("GET /healthz", async stop =>
            {
                using var answer = await _http.GetAsync("healthz", stop);
                return answer.IsSuccessStatusCode;
            }, cancel);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>The text of <c>GET /metrics</c>.</summary>
    /// <exception cref="BenchException">The server refuses.</exception>
    public Task<string> MetricsAsync(CancellationToken cancel)
    {
        return BoundedAsync("GET /metrics", async stop =>
        {
            using var answer = await _http.GetAsync("metrics", stop);
            await RequireSuccessAsync(answer, stop);
            return await answer.Content.ReadAsStringAsync(stop);
        }, cancel);
    }

    /// <summary>How many VMs are in each state of their agent (<c>GET /v1/vms</c>).</summary>
    /// <exception cref="BenchException">The server refuses.</exception>
    public async Task<IReadOnlyDictionary<string, int>> AgentStatesAsync(CancellationToken cancel) =>
        (await VmsAsync(cancel)).CountBy(vm => vm.Agent ?? "unknown").ToDictionary();

    /// <summary>The cluster as the server sees it (<c>GET /v1/cluster</c>).</summary>
    /// <returns><see langword="null"/> while it cannot tell: the node has not joined yet, or the store does not answer.</returns>
    public Task<ClusterPicture?> ClusterAsync(CancellationToken cancel)
    {
        return BoundedAsync("GET /v1/cluster", async stop =>
        {
            using var answer = await _http.GetAsync("v1/cluster", stop);
            return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<ClusterPicture>(stop) : null;
        }, cancel);
    }

    /// <summary>How many VMs' QMP servers the server is attached to (<c>GET /v1/vms</c>).</summary>
    /// <exception cref="BenchException">The server refuses.</exception>
    public async Task<int> AttachedVmsAsync(CancellationToken cancel) => (await VmsAsync(cancel)).Count(vm => vm is { State: "Running", Id: not null });

    /// <summary>Opens an endless answer; returns when its head is there.</summary>
    /// <param name="path">Such as <c>v1/events</c>.</param>
    /// <param name="accept">Media type of the answer.</param>
    /// <param name="cancel">Ends the waiting for its head.</param>
    /// <exception cref="BenchException">The server refuses, or does not answer within a minute.</exception>
    public Task<HttpResponseMessage> OpenAsync(string path, string accept, CancellationToken cancel)
    {
        return BoundedAsync($"GET /{path}", async stop =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Accept = { new MediaTypeWithQualityHeaderValue(accept) } } };
            var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
            await RequireSuccessAsync(answer, stop);
            return answer;
        }, cancel);
    }

    /// <summary>
    /// Job in, all outcomes out: <paramref name="command"/> to every VM, and the job's stream to its end.
    /// </summary>
    /// <exception cref="BenchException">The server refuses, the stream is cut or has a gap, or the job takes more than a minute.</exception>
    public Task<JobTally> RunJobAsync(string command, CancellationToken cancel) => RunJobAsync("*", command, null, cancel);

    /// <summary>The same to the VMs of the selector <paramref name="target"/>; <paramref name="elapsed"/> gets the <c>elapsedMs</c> of every outcome.</summary>
    /// <exception cref="BenchException">The server refuses, the stream is cut or has a gap, or the job takes more than a minute.</exception>
    public Task<JobTally> RunJobAsync(string target, string command, ICollection<double>? elapsed, CancellationToken cancel) =>
        RunJobAsync(new { target, command }, elapsed, cancel);

    /// <summary>The same for a whole <c>JobRequest</c>.</summary>
    /// <exception cref="BenchException">The server refuses, the stream is cut or has a gap, or the job takes more than a minute.</exception>
    public async Task<JobTally> RunJobAsync(object job, ICollection<double>? elapsed, CancellationToken cancel)
    {
        return await BoundedAsync($"the job {job}", async stop =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "v1/jobs")
            {
                Content = JsonContent.Create(job),
                Headers = { Accept = { Ndjson } },
            };
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
            await RequireSuccessAsync(answer, stop);
            await using var stream = await answer.Content.ReadAsStreamAsync(stop);
            return await JobStream.ReadAsync(stream, elapsed, stop);
        }, cancel);
    }

    /// <summary>One command to one VM's agent (<c>POST /v1/vms/{vm}/agent/{command}</c>), which may take <paramref name="timeout"/>.</summary>
    /// <exception cref="BenchException">The server refuses, or does not answer within a minute.</exception>
    public async Task<CallOutcome> CallAsync(string vm, string command, TimeSpan timeout, CancellationToken cancel)
    {
        return await BoundedAsync($"{command} of {vm}", async stop =>
        {
            using var answer = await _http.PostAsync($"v1/vms/{vm}/agent/{command}?timeoutMs={timeout.TotalMilliseconds:0}", null, stop);
            await RequireSuccessAsync(answer, stop);
            return (await answer.Content.ReadFromJsonAsync<CallOutcome>(stop))!;
        }, cancel);
    }

    /// <summary>The same, which must succeed. Returns the caller's time from the request to the answer, ms.</summary>
    /// <exception cref="BenchException">The server refuses, does not answer within a minute, or the outcome is another than Succeeded.</exception>
    public async Task<double> TimeCallAsync(string vm, string command, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        var outcome = await CallAsync(vm, command, CallTimeout, cancel);
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        return outcome.Phase == "Succeeded"
            ? elapsed.TotalMilliseconds
            : throw new BenchException($"{command} of {vm} ended as {outcome.Phase} {outcome.Reason}");
    }

    /// <summary>Any request whose answer is JSON.</summary>
    /// <param name="method">Of HTTP.</param>
    /// <param name="path">Such as <c>v1/subscriptions</c>.</param>
    /// <param name="body">What is sent as JSON; <see langword="null"/> for nothing.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <exception cref="BenchException">The server refuses, or does not answer within a minute.</exception>
    public Task<JsonElement> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancel)
    {
        return BoundedAsync($"{method} /{path}", async stop =>
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
            using var answer = await _http.SendAsync(request, stop);
            await RequireSuccessAsync(answer, stop);
            return await answer.Content.ReadFromJsonAsync<JsonElement>(stop);
        }, cancel);
    }

    /// <summary>Ends the quarantine of a VM's guest. Returns whether there was one.</summary>
    /// <exception cref="BenchException">The server refuses for another reason.</exception>
    public async Task<bool> ReleaseAsync(string vm, CancellationToken cancel)
    {
        return await BoundedAsync($"the release of {vm}", async stop =>
        {
            using var answer = await _http.PostAsync($"v1/vms/{vm}:release", null, stop);
            if (answer.StatusCode != HttpStatusCode.Conflict)
                await RequireSuccessAsync(answer, stop);
            return answer.IsSuccessStatusCode;
        }, cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private Task<IReadOnlyList<Vm>> VmsAsync(CancellationToken cancel)
    {
        return BoundedAsync("GET /v1/vms", async stop =>
        {
            using var answer = await _http.GetAsync("v1/vms", stop);
            await RequireSuccessAsync(answer, stop);
            return (await answer.Content.ReadFromJsonAsync<VmList>(stop))!.Items;
        }, cancel);
    }

    private static async Task<T> BoundedAsync<T>(string what, Func<CancellationToken, Task<T>> ask, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            return await ask(either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw new BenchException($"{what} did not end within {Patience.TotalSeconds} s");
        }
    }

    private static async Task RequireSuccessAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        if (!answer.IsSuccessStatusCode)
            throw new BenchException($"{answer.RequestMessage?.RequestUri?.AbsolutePath} was refused with {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancel)}");
    }

    private sealed record VmList(IReadOnlyList<Vm> Items);

    private sealed record Vm(string? Id, string? State, string? Agent);
}
