using Orchestrator.Bench.Fuzz;

namespace Orchestrator.Bench.Tests.Fuzz;

public class MutatorTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8192)]
    public void Mutants_differ_and_stay_short(int length)
    {
        var mutator = new Mutator(new Random(3), [[1, 2, 3]]);
        var input = new byte[length];

        var mutants = Enumerable.Range(0, 500).Select(_ => mutator.Mutate(input, [9, 9])).ToArray();

        Assert.All(mutants, mutant => Assert.InRange(mutant.Length, 0, 8192));
        Assert.True(mutants.Count(mutant => !mutant.AsSpan().SequenceEqual(input)) > 250);
        Assert.Equal(new byte[length], input);
    }
}
