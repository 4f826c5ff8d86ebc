using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Serving;

/// <summary>A bare HTTP client of the API on its Unix socket: knows no types of the product, so that it judges what is on the wire.</summary>
internal sealed class ApiClient : IDisposable
{
    private static readonly TimeSpan MoveLimit = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;

    public ApiClient(string socketPath) => _http = new HttpClient(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    })
    {
        BaseAddress = new Uri("http://localhost"),
        Timeout = TimeSpan.FromMinutes(3),
    };

    public async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await _http.GetAsync("/readyz");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>The wall clock of the server, to the second.</summary>
    public async Task<DateTimeOffset?> DateAsync()
    {
        using var answer = await _http.GetAsync("/readyz");
        return answer.Headers.Date;
    }

    public Task<ApiAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<ApiAnswer> PostAsync(string path, string? body = null, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Post, path, body, headers);

    /// <summary>One guest command to one VM; answers its outcome.</summary>
    public Task<JsonElement> AgentAsync(string vm, string command, string? arguments = null, int timeoutMs = 30_000) =>
        OutcomeAsync($"/v1/vms/{vm}/agent/{command}?timeoutMs={timeoutMs}", arguments);

    /// <summary>One QMP command to one VM; answers its outcome.</summary>
    public Task<JsonElement> QmpAsync(string vm, string command, string? arguments = null, int timeoutMs = 30_000) =>
        OutcomeAsync($"/v1/vms/{vm}/qmp/{command}?timeoutMs={timeoutMs}", arguments);

    /// <summary>Runs a shell script in a guest and answers its outcome.</summary>
    public async Task<JsonElement> ShellAsync(string vm, string script, int timeoutMs = 60_000)
    {
        var body = JsonSerializer.Serialize(new { target = vm, run = new { argv = (string[])["/bin/sh", "-c", script] }, timeoutMs });
        var job = await PostAsync("/v1/jobs", body, ("Prefer", "wait=120"));
        Assert.Equal(HttpStatusCode.OK, job.Status);
        var outcomes = await GetAsync($"/v1/jobs/{job.Body.Text("id")}/invocations");
        return Assert.Single(outcomes.Items());
    }

    /// <summary>Every outcome of a job that has ended, from its stream.</summary>
    public async Task<JsonElement[]> AllOutcomesAsync(string job)
    {
        using var request = Request(HttpMethod.Get, $"/v1/jobs/{job}/events", null, [("Accept", "application/x-ndjson")]);
        using var answer = await _http.SendAsync(request);
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line));
        return [.. lines.Where(line => line.TryGetProperty("outcome", out _)).Select(line => line.GetProperty("outcome"))];
    }

    /// <summary>Fetches a file of a guest.</summary>
    public async Task<byte[]> PullAsync(string vm, string path)
    {
        using var answer = await AgainAsync(() => _http.GetAsync($"/v1/vms/{vm}/file?path={Uri.EscapeDataString(path)}"));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadAsByteArrayAsync();
    }

    /// <summary>Begins to fetch a file of a guest: its head has arrived, the rest comes as it is read.</summary>
    public async Task<Stream> OpenFileAsync(string vm, string path) =>
        await (await _http.GetAsync($"/v1/vms/{vm}/file?path={Uri.EscapeDataString(path)}", HttpCompletionOption.ResponseHeadersRead)).EnsureSuccessStatusCode().Content.ReadAsStreamAsync();

    /// <summary>Sends a file to a guest and answers the outcome, or the problem.</summary>
    public async Task<JsonElement> PushAsync(string vm, string path, byte[] bytes)
    {
        using var answer = await AgainAsync(() => _http.PutAsync($"/v1/vms/{vm}/file?path={Uri.EscapeDataString(path)}", new ByteArrayContent(bytes)));
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync());
    }

    /// <summary>503 <c>moving</c> says that nothing was done, and to ask again: a duty of the cluster is on its way to another node.</summary>
    private static async Task<HttpResponseMessage> AgainAsync(Func<Task<HttpResponseMessage>> ask)
    {
        HttpResponseMessage? answer = null;
        await Eventually.TrueAsync(
            async () =>
            {
                answer?.Dispose();
                answer = await ask();
                return answer.StatusCode != HttpStatusCode.ServiceUnavailable || !(await answer.Content.ReadAsStringAsync()).Contains("\"code\":\"moving\"", StringComparison.Ordinal);
            },
            MoveLimit,
            "no duty is on its way");
        return answer!;
    }

    /// <summary>Opens an endless answer; its head has arrived.</summary>
    public async Task<ApiStream> OpenAsync(string path, string accept = "application/x-ndjson", params (string Name, string Value)[] headers)
    {
        using var request = Request(HttpMethod.Get, path, null, [("Accept", accept), .. headers]);
        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(accept, answer.Content.Headers.ContentType?.MediaType);
        return new ApiStream(answer, await answer.Content.ReadAsStreamAsync());
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> OutcomeAsync(string path, string? arguments)
    {
        var answer = await PostAsync(path, arguments);
        Assert.True(answer.Status == HttpStatusCode.OK, $"{path} answered {answer.Status}: {answer.Body}");
        return answer.Body;
    }

    private async Task<ApiAnswer> SendAsync(HttpMethod method, string path, string? body, params (string Name, string Value)[] headers)
    {
        using var request = Request(method, path, body, headers);
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        var type = answer.Content.Headers.ContentType?.MediaType;
        var isJson = type is "application/json" or "application/problem+json";
        return new ApiAnswer(answer.StatusCode, type, answer.Headers.Location?.ToString(), isJson ? JsonElement.Parse(text) : default, text);
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string? body, (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return request;
    }
}

/// <summary>What the API answered.</summary>
internal sealed record ApiAnswer(HttpStatusCode Status, string? MediaType, string? Location, JsonElement Body, string Text)
{
    /// <summary>Whether it is the problem with that code.</summary>
    public bool Is(int status, string code) => (int)Status == status && Body.ValueKind == JsonValueKind.Object && Body.Is("code", code);

    public JsonElement[] Items() => [.. Body.GetProperty("items").EnumerateArray()];
}
