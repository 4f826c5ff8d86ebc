using Orchestrator.Bench.Fleet.Clients.Server;

namespace Orchestrator.Bench.Single.Callers;

/// <summary>The way of a .NET program over a server's HTTP API, on one connection that is kept.</summary>
/// <param name="server">Whose API it is; disposing ends it.</param>
/// <param name="vm">Whose agent is called.</param>
public sealed class ServerCaller(OrchestratorServer server, string vm) : ICaller
{
    /// <inheritdoc/>
    public Task<double> PingAsync(CancellationToken cancel) => AnsweredAsync(() => server.Api.TimeCallAsync(vm, "guest-ping", cancel));

    /// <summary>What <c>run -- true</c> is to the API: a job, and its stream to the end.</summary>
    public Task<double> RunTrueAsync(CancellationToken cancel)
    {
        return AnsweredAsync(async () =>
        {
            var started = TimeProvider.System.GetTimestamp();
            var tally = await server.Api.RunJobAsync(new { target = vm, run = new { argv = (string[])["true"] } }, null, cancel);
            var elapsed = TimeProvider.System.GetElapsedTime(started);
            return tally is { Outcomes: 1, Succeeded: 1 }
                ? elapsed.TotalMilliseconds
                : throw new BenchException($"true on {vm} had {tally.Outcomes} outcomes. {tally.FirstOther}");
        });
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task<double> AnsweredAsync(Func<Task<double>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw new BenchException($"the orchestrator did not answer: {failure.Message}\n{server.LogTail()}");
        }
    }
}
