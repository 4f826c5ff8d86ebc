using Orchestrator.Bench.Fleet.Clients.Server;

namespace Orchestrator.Bench.Single.Callers;

/// <summary>The requests of <see cref="ServerCaller"/> over <see cref="BareHttp"/>.</summary>
public sealed class BareHttpCaller : ICaller
{
    private readonly OrchestratorServer _server;
    private readonly BareHttp _http;
    private readonly byte[] _ping;
    private readonly byte[] _run;

    /// <summary>Calls the agent of <paramref name="vm"/> over <paramref name="server"/>, which disposing ends.</summary>
    /// <exception cref="BenchException">The server does not listen.</exception>
    public BareHttpCaller(OrchestratorServer server, string vm)
    {
        _server = server;
        _http = new BareHttp(server.Socket);
        _ping = BareHttp.Post($"/v1/vms/{vm}/agent/guest-ping?timeoutMs=30000", "application/json", "");
        _run = BareHttp.Post("/v1/jobs", "application/x-ndjson", $$$"""{"target":"{{{vm}}}","run":{"argv":["true"]}}""");
    }

    /// <inheritdoc/>
    public Task<double> PingAsync(CancellationToken cancel) => TimeAsync(_ping, cancel);

    /// <inheritdoc/>
    public Task<double> RunTrueAsync(CancellationToken cancel) => TimeAsync(_run, cancel);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return _server.DisposeAsync();
    }

    private Task<double> TimeAsync(byte[] request, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return Task.FromResult(_http.Time(request, "\"phase\":\"Succeeded\""u8));
    }
}
