using Orchestrator.Bench.Fuzz.Coverage;

namespace Orchestrator.Bench.Tests.Fuzz.Coverage;

public class AflStatisticsTests
{
    private const string Text = """
        start_time        : 1790000000
        execs_done        : 358761
        corpus_count      : 79
        edges_found       : 124
        command_line      : afl-fuzz -i in -o out -- dotnet a:b

        """;

    [Fact]
    public void Numbers_are_read() => Assert.Equal(new AflStatistics(358761, 79, 124), AflStatistics.Parse(Text));

    [Theory]
    [InlineData("execs_done")]
    [InlineData("corpus_count")]
    [InlineData("edges_found")]
    public void A_missing_number_is_named(string name) =>
        Assert.Contains(name, Assert.Throws<BenchException>(() => AflStatistics.Parse(Text.Replace(name, "other"))).Message);
}
