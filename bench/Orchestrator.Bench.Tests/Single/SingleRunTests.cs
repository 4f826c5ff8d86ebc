using Orchestrator.Bench.Single;
using Orchestrator.Bench.Single.Callers;

namespace Orchestrator.Bench.Tests.Single;

public class SingleRunTests
{
    private readonly List<string> _log = [];

    [Fact]
    public async Task One_way_has_let_the_agent_go_before_the_other_takes_it()
    {
        await RunAsync(warmup: 0, rounds: 1);

        Assert.Equal(["bare", "ping", "run", "end of bare", "api", "ping", "run", "end of api"], _log);
    }

    [Fact]
    public async Task Calls_of_the_warm_up_are_not_measured()
    {
        var turns = await RunAsync(warmup: 16, rounds: 3);

        Assert.Equal([("guest-ping", "bare"), ("run-true", "bare"), ("guest-ping", "api"), ("run-true", "api")], turns.Select(turn => (turn.Command, turn.Way)));
        Assert.All(turns, turn => Assert.Equal(turn.Command == "guest-ping" ? [17.0, 18.0, 19.0] : [3.0, 4.0, 5.0], turn.Milliseconds));
    }

    private Task<IReadOnlyList<CallTurn>> RunAsync(int warmup, int rounds) =>
        new SingleRun(new SingleOptions { Warmup = warmup, Rounds = rounds }, [Begin("bare"), Begin("api")]).BatchAsync(CancellationToken.None);

    private Way Begin(string way)
    {
        return new Way(way, _ =>
        {
            _log.Add(way);
            return Task.FromResult<ICaller>(new CountingCaller(way, _log));
        });
    }

    // The nth call of each kind takes n ms.
    private sealed class CountingCaller(string way, List<string> log) : ICaller
    {
        private int _pings, _runs;

        public Task<double> PingAsync(CancellationToken cancel)
        {
            log.Add("ping");
            return Task.FromResult<double>(++_pings);
        }

        public Task<double> RunTrueAsync(CancellationToken cancel)
        {
            log.Add("run");
            return Task.FromResult<double>(++_runs);
        }

        public ValueTask DisposeAsync()
        {
            log.Add($"end of {way}");
            return ValueTask.CompletedTask;
        }
    }
}
