using Orchestrator.Bench.Fleet.Clients.Server;
using Orchestrator.Bench.Fleet.Peers;

namespace Orchestrator.Bench.Single.Callers;

/// <summary>The way over a server's HTTP API, on one connection that is kept. The server is this caller's own: only its end lets the agents go.</summary>
public sealed class ServerCaller : ICaller
{
    private static readonly TimeSpan ReadyPatience = TimeSpan.FromSeconds(120);
    private readonly OrchestratorServer _server;
    private readonly string _vm;

    private ServerCaller(OrchestratorServer server, string vm) => (_server, _vm) = (server, vm);

    /// <summary>Starts a server and returns when all agents are ready; <paramref name="vm"/> is the one that is called.</summary>
    /// <exception cref="BenchException">The server cannot be started, or an agent does not become ready.</exception>
    public static async Task<ServerCaller> StartAsync(SingleOptions options, FleetDirectory directory, string vm, CancellationToken cancel)
    {
        var caller = new ServerCaller(await OrchestratorServer.StartAsync(options.Program, directory.VmDirectory, directory, cancel), vm);
        try
        {
            await caller._server.ReadyAsync(options.Agents, ReadyPatience, cancel);
            return caller;
        }
        catch
        {
            await caller.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<double> PingAsync(CancellationToken cancel) => AnsweredAsync(() => _server.Api.TimeCallAsync(_vm, "guest-ping", cancel));

    /// <summary>What <c>run -- true</c> is to the API: a job, and its stream to the end.</summary>
    public Task<double> RunTrueAsync(CancellationToken cancel)
    {
        return AnsweredAsync(async () =>
        {
            var started = TimeProvider.System.GetTimestamp();
            var tally = await _server.Api.RunJobAsync(new { target = _vm, run = new { argv = (string[])["true"] } }, null, cancel);
            var elapsed = TimeProvider.System.GetElapsedTime(started);
            return tally is { Outcomes: 1, Succeeded: 1 }
                ? elapsed.TotalMilliseconds
                : throw new BenchException($"true on {_vm} had {tally.Outcomes} outcomes. {tally.FirstOther}");
        });
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<double> AnsweredAsync(Func<Task<double>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw new BenchException($"the orchestrator did not answer: {failure.Message}\n{_server.LogTail()}");
        }
    }
}
