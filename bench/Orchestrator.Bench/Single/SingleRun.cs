namespace Orchestrator.Bench.Single;

/// <summary>The turns: each way in turn, so that whatever disturbs the machine for a while disturbs all.</summary>
/// <param name="options">How many calls.</param>
/// <param name="ways">In the order of their turns.</param>
public sealed class SingleRun(SingleOptions options, IReadOnlyList<Way> ways)
{
    /// <summary>What is called, in the order of a turn.</summary>
    public static readonly IReadOnlyList<string> Commands = ["guest-ping", "run-true"];

    private const int RunShare = 8;

    /// <summary>One batch: a turn of each way, of each of which every command has a part.</summary>
    /// <exception cref="BenchException">A call had no answer or a wrong one.</exception>
    public async Task<IReadOnlyList<CallTurn>> BatchAsync(CancellationToken cancel)
    {
        var turns = new List<CallTurn>();
        foreach (var way in ways)
        {
            await using var caller = await way.BeginAsync(cancel);
            turns.Add(new CallTurn(Commands[0], way.Name, await MeasureAsync(caller.PingAsync, options.Warmup, cancel)));
            turns.Add(new CallTurn(Commands[1], way.Name, await MeasureAsync(caller.RunTrueAsync, options.Warmup / RunShare, cancel)));
        }
        return turns;
    }

    private async Task<IReadOnlyList<double>> MeasureAsync(Func<CancellationToken, Task<double>> call, int warmup, CancellationToken cancel)
    {
        for (; warmup > 0; warmup--)
            await call(cancel);
        var measured = new List<double>(options.Rounds);
        while (measured.Count < options.Rounds)
            measured.Add(await call(cancel));
        return measured;
    }
}
