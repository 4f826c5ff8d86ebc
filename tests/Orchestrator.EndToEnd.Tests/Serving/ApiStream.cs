using System.Text.Json;

namespace Orchestrator.EndToEnd.Tests.Serving;

/// <summary>An answer that goes on: NDJSON object by object, server-sent events line by line.</summary>
internal sealed class ApiStream(HttpResponseMessage answer, Stream body) : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private readonly StreamReader _lines = new(body);

    /// <summary>The next line; <see langword="null"/> when the server has ended the stream.</summary>
    public async Task<string?> LineAsync()
    {
        using var deadline = new CancellationTokenSource(Limit, TimeProvider.System);
        return await _lines.ReadLineAsync(deadline.Token);
    }

    /// <summary>The next object of an NDJSON stream; <see langword="null"/> when the server has ended it.</summary>
    public async Task<JsonElement?> NextAsync() => await LineAsync() is { } line ? JsonElement.Parse(line) : null;

    /// <summary>The next object that is the one asked for; others before it are passed over.</summary>
    public async Task<JsonElement> NextAsync(Func<JsonElement, bool> isWanted)
    {
        while (await NextAsync() is { } item)
        {
            if (isWanted(item))
                return item;
        }
        throw new EndOfStreamException("The server ended the stream before what was waited for.");
    }

    /// <summary>The next event of that name and VM.</summary>
    public Task<JsonElement> EventAsync(string name, string vm) =>
        NextAsync(item => item.Is("subject", vm) && item.GetProperty("data").Is("event", name));

    /// <summary>Everything until the server ends the stream.</summary>
    public async Task<List<JsonElement>> AllAsync()
    {
        var items = new List<JsonElement>();
        while (await NextAsync() is { } item)
            items.Add(item);
        return items;
    }

    public ValueTask DisposeAsync()
    {
        _lines.Dispose();
        answer.Dispose();
        return ValueTask.CompletedTask;
    }
}
