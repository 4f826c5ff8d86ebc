using Orchestrator.Bench.Fleet.Clients;

namespace Orchestrator.Bench.Tests.Fleet.Clients;

/// <summary>The line protocol of the reference clients, against shell scripts that speak it rightly and wrongly.</summary>
public class ReferenceClientTests
{
    private const string Connected = """echo '{"connected":3,"seconds":0.5}'; """;
    private const string Rounds = """while read n; do while [ $n -gt 0 ]; do n=$((n-1)); echo '{"commands":3,"seconds":0.002,"cpuMicroseconds":30}'; done; done""";

    [Fact]
    public async Task Only_the_rounds_after_the_warmup_are_measured()
    {
        var batch = await RunAsync(Connected + Rounds, warmup: 7, rounds: 2);

        Assert.Equal([TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(2)], batch.Rounds);
        Assert.Equal(TimeSpan.FromSeconds(0.5), batch.Connect);
        Assert.Equal(10, batch.CpuMicrosecondsPerCommand, 9);
        Assert.Equal([1500.0, 1500.0], batch.Rates);
    }

    [Fact]
    public async Task A_client_that_found_fewer_agents_is_an_error() =>
        Assert.Contains("2 agents of 3", await FailureAsync("""echo '{"connected":2,"seconds":0.5}'; """ + Rounds));

    [Fact]
    public async Task A_round_with_fewer_commands_is_an_error() =>
        Assert.Contains("2 commands to 3", await FailureAsync(Connected + Rounds.Replace("\"commands\":3", "\"commands\":2")));

    [Fact]
    public async Task A_client_that_ends_early_is_quoted() =>
        Assert.Equal("test ended: it broke", await FailureAsync(Connected + "read n; echo 'it broke' >&2; exit 1"));

    [Fact]
    public async Task Cancelling_ends_a_client_that_is_silent()
    {
        using var cancel = new CancellationTokenSource();
        var run = new ReferenceClient("test", "/bin/sh", ["-c", "exec sleep 1000"], 3).RunBatchAsync(0, 1, cancel.Token);

        cancel.Cancel();

        await Assert.ThrowsAsync<OperationCanceledException>(() => run);
    }

    private static Task<Batch> RunAsync(string script, int warmup, int rounds) =>
        new ReferenceClient("test", "/bin/sh", ["-c", script], 3).RunBatchAsync(warmup, rounds, CancellationToken.None);

    private static async Task<string> FailureAsync(string script) =>
        (await Assert.ThrowsAsync<BenchException>(() => RunAsync(script, warmup: 1, rounds: 1))).Message;
}
