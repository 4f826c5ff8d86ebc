using System.Text;
using System.Text.Json;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Actors.Tests.Endpoints;

/// <summary>A client of a VM's endpoint. What it writes has been dealt with when the write ends, as far as there was room for it.</summary>
internal sealed class EndpointClient(MemoryConnection connection)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly StreamReader _lines = new(connection.Peer, Encoding.ASCII);

    public const string Negotiation = """{"execute":"qmp_capabilities"}""";

    public async Task SendAsync(string text) => await connection.Peer.WriteAsync(Encoding.ASCII.GetBytes(text));

    /// <summary>The next message; fails at the end of the connection.</summary>
    public async Task<JsonElement> ReadAsync() => JsonElement.Parse(await ReadLineAsync() ?? throw new EndOfStreamException("the endpoint closed the connection"));

    /// <summary>The next line; <see langword="null"/> at the end of the connection.</summary>
    public Task<string?> ReadLineAsync() => _lines.ReadLineAsync().WaitAsync(Limit, TimeProvider.System);

    public async Task<JsonElement> AskAsync(string text)
    {
        await SendAsync(text);
        return await ReadAsync();
    }

    /// <summary>The error of a command.</summary>
    public async Task<(string Class, string Description)> RefusalAsync(string text) => Error(await AskAsync(text));

    /// <summary>Takes the greeting and negotiates.</summary>
    public async Task NegotiateAsync(string negotiation = Negotiation)
    {
        Assert.True((await ReadAsync()).TryGetProperty("QMP", out _));
        Assert.Equal("{}", (await AskAsync(negotiation)).GetProperty("return").GetRawText());
    }

    public ValueTask LeaveAsync() => connection.Peer.DisposeAsync();

    public static (string Class, string Description) Error(JsonElement answer)
    {
        var error = answer.GetProperty("error");
        return (error.GetProperty("class").GetString()!, error.GetProperty("desc").GetString()!);
    }
}
