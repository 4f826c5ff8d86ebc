using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Host.Tests.Cli;

/// <summary>A request as the fake server received it.</summary>
internal sealed record ReceivedRequest(string Method, string PathAndQuery, string Accept, string Body)
{
    public string? IdempotencyKey { get; init; }

    public string? Traceparent { get; init; }

    public string? Tracestate { get; init; }
}

/// <summary>An HTTP server on a Unix socket that answers what a test tells it to (docs/API.md) and remembers what it was asked.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _answers = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orchestrator-cli-");
    private readonly WebApplication _application;

    private FakeServer()
    {
        SocketPath = Path.Combine(_directory.FullName, "server.sock");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(SocketPath));
        _application = builder.Build();
        _application.Run(AnswerAsync);
    }

    public string SocketPath { get; }

    public ConcurrentQueue<ReceivedRequest> Requests { get; } = new();

    /// <summary>The only request of a method and path so far.</summary>
    public ReceivedRequest Single(string method, string path) =>
        Assert.Single(Requests, request => request.Method == method && request.PathAndQuery.Split('?')[0] == path);

    public static async Task<FakeServer> StartAsync()
    {
        var server = new FakeServer();
        await server._application.StartAsync();
        return server;
    }

    public FakeServer On(string method, string path, string body, int status = 200, string contentType = "application/json")
    {
        _answers[$"{method} {path}"] = context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = contentType;
            return context.Response.WriteAsync(body);
        };
        return this;
    }

    /// <summary>Promises a body of a length and breaks it off.</summary>
    public FakeServer OnCut(string method, string path, string body, int length)
    {
        _answers[$"{method} {path}"] = async context =>
        {
            context.Response.ContentLength = length;
            await context.Response.WriteAsync(body);
            await context.Response.Body.FlushAsync();
            context.Abort();
        };
        return this;
    }

    public FakeServer OnProblem(string method, string path, int status, string code, string detail) =>
        On(method, path, $$"""{"type":"about:blank","title":"Wrong","status":{{status}},"code":"{{code}}","detail":"{{detail}}"}""", status, "application/problem+json");

    /// <summary>Answers with lines and ends.</summary>
    public FakeServer OnStream(string method, string path, params string[] lines) => OnStream(method, path, hold: false, lines);

    /// <summary>Answers with lines and then keeps the stream open until the client leaves.</summary>
    public FakeServer OnHeldStream(string method, string path, params string[] lines) => OnStream(method, path, hold: true, lines);

    /// <summary>Never answers; tells when it was asked.</summary>
    public FakeServer OnSilence(string method, string path, TaskCompletionSource arrived)
    {
        _answers[$"{method} {path}"] = context =>
        {
            arrived.TrySetResult();
            return UntilAbortedAsync(context);
        };
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private FakeServer OnStream(string method, string path, bool hold, string[] lines)
    {
        _answers[$"{method} {path}"] = async context =>
        {
            context.Response.ContentType = "application/x-ndjson";
            foreach (var line in lines)
            {
                await context.Response.WriteAsync(line + "\n");
                await context.Response.Body.FlushAsync();
            }
            if (hold)
                await UntilAbortedAsync(context);
        };
        return this;
    }

    private static async Task UntilAbortedAsync(HttpContext context)
    {
        var left = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(left.SetResult);
        await left.Task;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var path = context.Request.Path.Value!;
        Requests.Enqueue(new ReceivedRequest(context.Request.Method, path + context.Request.QueryString, context.Request.Headers.Accept.ToString(), await reader.ReadToEndAsync())
        {
            IdempotencyKey = context.Request.Headers["Idempotency-Key"].FirstOrDefault(),
            Traceparent = context.Request.Headers.TraceParent.FirstOrDefault(),
            Tracestate = context.Request.Headers.TraceState.FirstOrDefault(),
        });
        if (_answers.TryGetValue($"{context.Request.Method} {path}", out var answer))
            await answer(context);
        else
            context.Response.StatusCode = 404;
    }
}
