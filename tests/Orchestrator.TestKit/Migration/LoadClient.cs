using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Orchestrator.TestKit.Migration;

/// <summary>A bare HTTP client of a server's API on its Unix socket, for those that use a VM by its name while it is migrated.</summary>
public sealed class LoadClient : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private readonly HttpClient _http;

    /// <summary>Uses the server that listens on a socket, now or later.</summary>
    public LoadClient(string socketPath) => _http = new HttpClient(new SocketsHttpHandler
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

    /// <summary>One guest command; answers its outcome.</summary>
    public Task<JsonElement> AgentAsync(string vm, string command) => PostAsync($"/v1/vms/{vm}/agent/{command}?timeoutMs=30000", null);

    /// <summary>Runs a shell script in a guest; answers its outcome.</summary>
    public Task<JsonElement> ShellAsync(string vm, string script) =>
        RunJobAsync(JsonSerializer.Serialize(new { target = vm, run = new { argv = (string[])["/bin/sh", "-c", script] }, timeoutMs = 60_000 }));

    /// <summary>Runs a job over one VM to its end; answers the VM's outcome.</summary>
    public async Task<JsonElement> RunJobAsync(string request)
    {
        var id = (await PostAsync("/v1/jobs", request, "wait=120")).GetProperty("id").GetString();
        while (!(await GetAsync($"/v1/jobs/{id}")).TryGetProperty("endedAt", out _))
            await Task.Delay(Poll, TimeProvider.System);
        return (await GetAsync($"/v1/jobs/{id}/invocations")).GetProperty("items").EnumerateArray().Single();
    }

    /// <summary>Fetches a file of a guest.</summary>
    public async Task<byte[]> PullAsync(string vm, string path)
    {
        using var answer = await _http.GetAsync($"/v1/vms/{vm}/file?path={Uri.EscapeDataString(path)}");
        return answer.IsSuccessStatusCode ? await answer.Content.ReadAsByteArrayAsync() : throw new HttpRequestException(await answer.Content.ReadAsStringAsync());
    }

    /// <summary>An answer that must be a success.</summary>
    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(path);
        return await JsonOfAsync(answer);
    }

    /// <summary>The lines of an endless answer; its head has arrived.</summary>
    public async Task<StreamReader> OpenAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Accept", "application/x-ndjson");
        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new StreamReader(await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> PostAsync(string path, string? body, string? prefer = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (prefer is not null)
            request.Headers.Add("Prefer", prefer);
        using var answer = await _http.SendAsync(request);
        return await JsonOfAsync(answer);
    }

    private static async Task<JsonElement> JsonOfAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonElement.Parse(text) : throw new HttpRequestException($"{(int)answer.StatusCode}: {text}");
    }
}
