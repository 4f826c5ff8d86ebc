using Orchestrator.Bench.Fuzz;

namespace Orchestrator.Bench.Tests.Fuzz;

/// <summary>A short run of every target, and that a run finds what it is there to find.</summary>
public class FuzzRunTests
{
    public static TheoryData<IFuzzTarget> Targets => [.. FuzzTargets.Of(null)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Target_copes_with_a_short_run(IFuzzTarget target)
    {
        var run = new FuzzRun(target, seed: 20261122);

        var finding = run.Try(1_500);

        Assert.True(finding is null, $"seed 20261122, input {run.Tried}: {finding?.Failure}\n{Convert.ToBase64String(finding?.Input ?? [])}");
        Assert.True(run.Results > 5, $"{run.Results} results: the inputs get nowhere");
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Same_seed_tries_the_same_inputs(IFuzzTarget target)
    {
        var (first, second, other) = (new FuzzRun(target, 1), new FuzzRun(target, 1), new FuzzRun(target, 2));
        foreach (var run in new[] { first, second, other })
            run.Try(target.Seeds.Count + 100);

        Assert.Equal(first.Current, second.Current);
        Assert.Equal(first.Results, second.Results);
        Assert.NotEqual(first.Current, other.Current);
    }

    [Fact]
    public void New_results_lead_to_a_fault_that_no_single_change_reaches()
    {
        var run = new FuzzRun(new Lock(), seed: 1);

        var finding = run.Try(200_000);

        Assert.Equal("lock", finding?.Target);
        Assert.StartsWith("fuzz", System.Text.Encoding.Latin1.GetString(finding!.Input));
        Assert.Contains("opened", finding.Failure);
    }

    /// <summary>Opens at the fourth right letter, and tells how many were right.</summary>
    private sealed class Lock : IFuzzTarget
    {
        public string Name => "lock";

        public IReadOnlyList<byte[]> Seeds { get; } = [[0]];

        public IReadOnlyList<byte[]> Words { get; } = [[(byte)'z'], [(byte)'u'], [(byte)'f']];

        public string Try(byte[] input)
        {
            var right = input.Zip("fuzz"u8.ToArray()).TakeWhile(pair => pair.First == pair.Second).Count();
            return right < 4 ? $"{right}" : throw new InvalidOperationException("opened");
        }
    }
}
