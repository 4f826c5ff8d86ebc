using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;

namespace Orchestrator.Host.Cli.Connection;

/// <summary>Requests to the server's HTTP API. Every failure is a <see cref="CliException"/> that says what to do next.</summary>
internal sealed class ServerClient : IDisposable
{
    private const int MaxAnswerBytes = 512 << 20;
    private static readonly TimeSpan DefaultAnswerTimeout = TimeSpan.FromSeconds(30);

    private readonly ServerEndpoint _endpoint;
    private readonly TimeProvider _time;
    private readonly TimeSpan _answerTimeout;
    private readonly HttpClient _http;

    /// <param name="endpoint">Where the server is.</param>
    /// <param name="time">Measures the time-out.</param>
    /// <param name="answerTimeout">Longest wait for the beginning of an answer; 30 s unless given.</param>
    /// <param name="headers">Sent with every request.</param>
    public ServerClient(ServerEndpoint endpoint, TimeProvider time, TimeSpan? answerTimeout = null, IReadOnlyList<(string Name, string Value)>? headers = null)
    {
        _endpoint = endpoint;
        _time = time;
        _answerTimeout = answerTimeout ?? DefaultAnswerTimeout;
        _http = new HttpClient(endpoint.CreateHandler()) { BaseAddress = endpoint.BaseAddress, Timeout = Timeout.InfiniteTimeSpan };
        foreach (var (name, value) in headers ?? [])
            _http.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
    }

    public ServerEndpoint Endpoint => _endpoint;

    public Task<JsonElement> GetAsync(string path, CancellationToken cancellation) => ReadAsync(HttpMethod.Get, path, null, cancellation);

    public Task<JsonElement> PostAsync(string path, byte[]? body, CancellationToken cancellation, string? idempotencyKey = null) => ReadAsync(HttpMethod.Post, path, Json(body), cancellation, idempotencyKey);

    public Task<JsonElement> DeleteAsync(string path, CancellationToken cancellation) => ReadAsync(HttpMethod.Delete, path, null, cancellation);

    /// <summary>Opens a stream of NDJSON; what it yields ends when the server ends it or <paramref name="cancellation"/> comes.</summary>
    public async Task<ServerStream> OpenAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellation, string? idempotencyKey = null)
    {
        var answer = await SendAsync(method, path, Json(body), "application/x-ndjson", cancellation, idempotencyKey);
        return new ServerStream(answer, await answer.Content.ReadAsStreamAsync(cancellation));
    }

    /// <summary>Opens a file; the caller disposes the answer. A body that breaks off is an <see cref="IOException"/> of its stream.</summary>
    public Task<HttpResponseMessage> OpenFileAsync(string path, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, path, null, "application/octet-stream", cancellation);

    /// <summary>Sends a file. It is not begun with before the server says that it takes it.</summary>
    public Task<JsonElement> PutFileAsync(string path, Stream file, CancellationToken cancellation) =>
        ReadAsync(HttpMethod.Put, path, new StreamContent(file, 1 << 16), cancellation);

    public void Dispose() => _http.Dispose();

    private static ByteArrayContent? Json(byte[]? body) => body is null ? null : new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private async Task<JsonElement> ReadAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellation, string? idempotencyKey = null)
    {
        using var answer = await SendAsync(method, path, body, "application/json", cancellation, idempotencyKey);
        try
        {
            var bytes = await ReadBodyAsync(answer, cancellation);
            return JsonElement.Parse(bytes);
        }
        catch (JsonException)
        {
            throw new CliException(ExitCodes.Error, $"{_endpoint} answered with something that is not JSON: is it an Orchestrator server?");
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? body, string accept, CancellationToken cancellation, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body, Headers = { ExpectContinue = body is StreamContent } };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        if (idempotencyKey is not null && !request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey))
            throw CliException.Usage("--idempotency-key: a key is one line of text");

        using var timeout = new CancellationTokenSource(_answerTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (answer.IsSuccessStatusCode)
                return answer;
            using (answer)
                throw Problem.From((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, await ReadBodyAsync(answer, cancellation), _endpoint);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CliException(ExitCodes.Error, $"{_endpoint} did not answer {method} {path} within {_answerTimeout.TotalSeconds:0.#} s") { MayPass = true };
        }
        catch (HttpRequestException error)
        {
            throw Unreachable(error);
        }
    }

    private async Task<byte[]> ReadBodyAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(_answerTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            await answer.Content.LoadIntoBufferAsync(MaxAnswerBytes, either.Token);
            return await answer.Content.ReadAsByteArrayAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CliException(ExitCodes.Error, $"{_endpoint} began an answer and did not end it within {_answerTimeout.TotalSeconds:0.#} s");
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new CliException(ExitCodes.Error, $"the connection to {_endpoint} was lost in the middle of an answer: {error.Message}");
        }
    }

    private CliException Unreachable(HttpRequestException error)
    {
        var next = _endpoint.SocketPath is null
            ? "Is it the right address?"
            : "Start a server with 'orchestrator serve --vm-dir DIR', or name another one with --server or ORCHESTRATOR_SERVER.";
        return new CliException(ExitCodes.Error, $"no server at {_endpoint}: {Cause(error.InnerException ?? error)}. {next}") { MayPass = true };
    }

    // .NET words ENOENT of a Unix socket as "Cannot assign requested address".
    private static string Cause(Exception error) => error switch
    {
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => "there is no such socket",
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "nobody listens there",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => "it belongs to another user (permission denied)",
        _ => error.Message.TrimEnd('.'),
    };
}
