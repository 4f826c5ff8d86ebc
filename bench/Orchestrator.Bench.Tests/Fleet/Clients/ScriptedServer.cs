using System.Net.Sockets;
using System.Text;

namespace Orchestrator.Bench.Tests.Fleet.Clients;

/// <summary>An HTTP server on a Unix socket that gives the answers it was told, whatever it is asked, on one connection.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ob-test-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public ScriptedServer()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen();
    }

    /// <summary>Where it listens.</summary>
    public string Path => System.IO.Path.Combine(_directory, "api.sock");

    /// <summary>Answers one request after the other, each with a status and a body. Returns method and path of each.</summary>
    public async Task<IReadOnlyList<string>> AnswerAsync(params IEnumerable<(string Status, string Body)> answers)
    {
        var requests = new List<string>();
        using var client = await _listener.AcceptAsync();
        var buffer = new byte[8192];
        foreach (var (status, body) in answers)
        {
            var head = "";
            while (!head.Contains("\r\n\r\n", StringComparison.Ordinal))
                head += Encoding.UTF8.GetString(buffer, 0, await client.ReceiveAsync(buffer));
            requests.Add(head[..head.IndexOf(" HTTP/1.1", StringComparison.Ordinal)]);
            var answer = $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";
            await client.SendAsync(Encoding.UTF8.GetBytes(answer));
        }
        return requests;
    }

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }
}
