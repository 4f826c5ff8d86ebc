using Orchestrator.Bench.Fleet.Clients;

namespace Orchestrator.Bench.Tests.Fleet.Clients;

/// <summary>Tools, against shell scripts that answer rightly and wrongly.</summary>
public class OneShotClientTests
{
    [Fact]
    public async Task Answers_are_counted_with_the_names_that_tools_put_before_them()
    {
        var batch = await RunAsync("echo ok; echo 'vm1: ok'; echo 'vm2: ok'");

        Assert.Equal((3, 2, TimeSpan.Zero), (batch.Commands, batch.Rounds.Count, batch.Connect));
        Assert.All(batch.Rounds, round => Assert.True(round > TimeSpan.Zero));
    }

    [Theory]
    [InlineData("echo ok; echo ok", "2 answers of 3")]
    [InlineData("echo ok; echo ok; echo ok; exit 123", "ended with 123")]
    [InlineData("echo 'oneshot: no answer' >&2; exit 1", "oneshot: no answer")]
    public async Task Tool_that_went_wrong_is_told(string script, string said) => Assert.Contains(said, (await Assert.ThrowsAsync<BenchException>(() => RunAsync(script))).Message);

    [Fact]
    public async Task Cancelling_ends_a_tool_that_is_silent()
    {
        using var cancel = new CancellationTokenSource();
        var run = new OneShotClient("test", "/bin/sh", ["-c", "exec sleep 1000"], 3).RunBatchAsync(0, 1, cancel.Token);

        cancel.Cancel();

        await Assert.ThrowsAsync<OperationCanceledException>(() => run);
    }

    private static Task<Batch> RunAsync(string script) => new OneShotClient("test", "/bin/sh", ["-c", script], 3).RunBatchAsync(1, 2, CancellationToken.None);
}
