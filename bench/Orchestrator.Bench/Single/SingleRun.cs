using Orchestrator.Bench.Single.Callers;

namespace Orchestrator.Bench.Single;

/// <summary>The turns: each way in turn, so that whatever disturbs the machine for a while disturbs both.</summary>
/// <param name="options">How many calls.</param>
/// <param name="bare">Begins a turn of the bare socket.</param>
/// <param name="api">Begins a turn of the API.</param>
public sealed class SingleRun(SingleOptions options, Func<CancellationToken, Task<ICaller>> bare, Func<CancellationToken, Task<ICaller>> api)
{
    /// <summary>The way over the socket of the agent itself.</summary>
    public const string Bare = "bare";

    /// <summary>The way over the server.</summary>
    public const string Api = "api";

    /// <summary>What is called, in the order of a turn.</summary>
    public static readonly IReadOnlyList<string> Commands = ["guest-ping", "run-true"];

    /// <summary>One batch: a turn of each way, of each of which every command has a part.</summary>
    /// <exception cref="BenchException">A call had no answer or a wrong one.</exception>
    public async Task<IReadOnlyList<CallTurn>> BatchAsync(CancellationToken cancel) =>
        [.. await TurnAsync(Bare, bare, cancel), .. await TurnAsync(Api, api, cancel)];

    private async Task<IReadOnlyList<CallTurn>> TurnAsync(string way, Func<CancellationToken, Task<ICaller>> begin, CancellationToken cancel)
    {
        await using var caller = await begin(cancel);
        return
        [
            new CallTurn(Commands[0], way, await MeasureAsync(caller.PingAsync, cancel)),
            new CallTurn(Commands[1], way, await MeasureAsync(caller.RunTrueAsync, cancel)),
        ];
    }

    private async Task<IReadOnlyList<double>> MeasureAsync(Func<CancellationToken, Task<double>> call, CancellationToken cancel)
    {
        for (var left = options.Warmup; left > 0; left--)
            await call(cancel);
        var measured = new List<double>(options.Rounds);
        while (measured.Count < options.Rounds)
            measured.Add(await call(cancel));
        return measured;
    }
}
