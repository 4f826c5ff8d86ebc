using Orchestrator.Bench.Micro;
using Orchestrator.Bench.Micro.Benchmarks;

namespace Orchestrator.Bench.Tests.Micro;

public class MicroSuiteTests
{
    public static TheoryData<Type> Classes => [.. MicroSuite.Classes];

    [Theory]
    [MemberData(nameof(Classes))]
    public void Benchmarks_of_a_class_all_run(Type benchmarks)
    {
        ArgumentNullException.ThrowIfNull(benchmarks);
        var expected = MicroSuite.Names().Where(name => name.StartsWith($"{benchmarks.Name}.", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

        var rows = MicroSuite.Run(benchmarks, _ => true, quick: true);

        Assert.Equal(expected, rows.Select(row => row.Name).Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.True(row.Nanoseconds > 0, row.Name));
    }

    [Fact]
    public void Baseline_is_the_one_with_the_same_parameters()
    {
        var rows = MicroSuite.Run(typeof(Decode), name => name.StartsWith("Decode.Dom", StringComparison.Ordinal), quick: true);

        Assert.Equal(["Decode.Dom Typical", "Decode.Dom Large"], rows.Select(row => row.Name));
        Assert.All(rows, row => Assert.Equal(1.0, row.Ratio));
    }

    [Fact]
    public void What_is_not_wanted_is_not_run() => Assert.Empty(MicroSuite.Run(typeof(Peek), _ => false, quick: true));

    [Fact]
    public void Allocations_of_an_operation_are_counted() => Assert.True(Assert.Single(MicroSuite.Run(typeof(DecodeFile), _ => true, quick: true)).AllocatedBytes > 1 << 20);

    [Fact]
    public void Benchmark_that_throws_is_told_with_its_words() => Assert.Contains("out of order", Assert.Throws<BenchException>(() => MicroSuite.Run(typeof(Broken), _ => true, quick: true)).Message);

    public class Broken
    {
        [BenchmarkDotNet.Attributes.Benchmark]
        public int Fails() => throw new InvalidOperationException("out of order");
    }
}
