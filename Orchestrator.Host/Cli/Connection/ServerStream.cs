using System.Text.Json;

namespace Orchestrator.Host.Cli.Connection;

/// <summary>An answer that is still being written, one JSON value per line. Owns the connection until it is disposed.</summary>
internal sealed class ServerStream(HttpResponseMessage answer, Stream body) : IDisposable
{
    /// <summary>The values as they come.</summary>
    /// <exception cref="CliException">The stream broke or is not NDJSON.</exception>
    public IAsyncEnumerable<JsonElement> ReadAsync(CancellationToken cancellation) => NdjsonReader.ReadAsync(body, cancellation: cancellation);

    /// <summary>A header of the answer.</summary>
    public string? Header(string name) => answer.Headers.TryGetValues(name, out var values) ? values.First() : null;

    public void Dispose() => answer.Dispose();
}
