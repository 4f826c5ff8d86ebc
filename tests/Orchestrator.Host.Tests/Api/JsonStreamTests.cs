using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Host.Api;

namespace Orchestrator.Host.Tests.Api;

public sealed class JsonStreamTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly MemoryStream _body = new();
    private readonly DefaultHttpContext _context = new();
    private readonly ApplicationLifetime _node = new(NullLogger<ApplicationLifetime>.Instance);

    public JsonStreamTests()
    {
        _context.Response.Body = _body;
        _context.RequestServices = new ServiceCollection().AddSingleton<IHostApplicationLifetime>(_node).BuildServiceProvider();
    }

    private string Body => Encoding.UTF8.GetString(_body.ToArray());

    [Fact]
    public async Task Silence_moves_the_position_on()
    {
        _context.Request.Headers.Accept = "text/event-stream";
        var stream = await JsonStream.StartAsync(_context, _time);
        var news = new TaskCompletionSource<int>();

        var awaited = stream.AwaitNewsAsync(news.Task, CancellationToken.None, "C7");
        await TestKit.Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(15));
                return Body.StartsWith(": still here\nid: C7\n\n", StringComparison.Ordinal);
            },
            TimeSpan.FromSeconds(30), "the reader is told");
        news.SetResult(7);
        Assert.Equal(7, await awaited);
    }

    [Theory]
    [InlineData("text/event-stream", ": still here\n\n: still here\n\n")]
    [InlineData("application/x-ndjson", "")]
    public async Task Silence_is_told_to_readers_of_server_sent_events_every_15_seconds(string accept, string expected)
    {
        _context.Request.Headers.Accept = accept;
        var stream = await JsonStream.StartAsync(_context, _time);
        var news = new TaskCompletionSource<int>();

        var awaited = stream.AwaitNewsAsync(news.Task, CancellationToken.None);
        for (var beats = 1; beats <= 2; beats++)
        {
            // The next wait begins a moment after the beat was written: time moves on until it has.
            await TestKit.Eventually.TrueAsync(
                () =>
                {
                    _time.Advance(TimeSpan.FromSeconds(15));
                    return expected.Length == 0 || Body.Length >= ": still here\n\n".Length * beats;
                },
                TimeSpan.FromSeconds(30), "the reader is told");
        }
        news.SetResult(7);

        Assert.Equal(7, await awaited);
        Assert.StartsWith(expected, Body);
        Assert.Equal("", Body.Replace(": still here\n\n", ""));
    }

    [Fact]
    public async Task Reader_that_leaves_ends_the_wait()
    {
        var stream = await JsonStream.StartAsync(_context, _time);
        using var left = new CancellationTokenSource();
        var awaited = stream.AwaitNewsAsync(new TaskCompletionSource<int>().Task, left.Token);

        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => awaited);
    }

    [Fact]
    public async Task Node_that_stops_ends_the_wait()
    {
        var stream = await JsonStream.StartAsync(_context, _time);
        var awaited = stream.AwaitNewsAsync(new TaskCompletionSource<int>().Task, _context.RequestAborted);

        _node.StopApplication();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => awaited);
    }

    [Theory]
    [InlineData("", "application/x-ndjson")]
    [InlineData("*/*", "application/x-ndjson")]
    [InlineData("text/html, text/event-stream;q=0.9", "text/event-stream")]
    public async Task Form_is_what_the_reader_accepts(string accept, string expected)
    {
        _context.Request.Headers.Accept = accept;
        await JsonStream.StartAsync(_context, _time);
        Assert.Equal(expected, _context.Response.ContentType);
        Assert.Equal("no-cache", _context.Response.Headers.CacheControl);
    }

    [Theory]
    [InlineData("text/event-stream", "retry: 1000\n\n")]
    [InlineData("application/x-ndjson", "")]
    public async Task Readers_of_server_sent_events_are_told_when_to_connect_anew(string accept, string expected)
    {
        _context.Request.Headers.Accept = accept;
        await JsonStream.StartAsync(_context, _time, TimeSpan.FromSeconds(1));
        Assert.Equal(expected, Body);
    }

    [Theory]
    [InlineData("text/event-stream", "event: gone\nid: 7\ndata: {\"gone\":{\"name\":\"a\\nb\",\"host\":\"n\"}}\n\n")]
    [InlineData("application/x-ndjson", "{\"gone\":{\"name\":\"a\\nb\",\"host\":\"n\"}}\n")]
    public async Task Object_takes_exactly_one_line(string accept, string expected)
    {
        _context.Request.Headers.Accept = accept;
        var stream = await JsonStream.StartAsync(_context, _time);
        stream.Write("gone", "7", new VmStreamItem { Gone = new GoneView("a\nb", "n") }, ApiJson.Default.VmStreamItem);
        await stream.FlushAsync(CancellationToken.None);
        Assert.Equal(expected, Body);
    }
}
