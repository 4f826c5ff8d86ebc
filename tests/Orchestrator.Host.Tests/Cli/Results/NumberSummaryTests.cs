using Orchestrator.Host.Cli.Output;
using Orchestrator.Host.Cli.Results;

namespace Orchestrator.Host.Tests.Cli.Results;

public sealed class NumberSummaryTests
{
    [Fact]
    public void No_numbers_have_no_summary() => Assert.Null(NumberSummary.Of([]));

    [Fact]
    public void One_number_is_all_three() => Assert.Equal("min 2.5 (a), avg 2.5, max 2.5 (a) of 1 number", NumberSummary.Of([("a", 2.5)])!.ToString());

    [Fact]
    public void Numbers_are_shown_with_three_decimals_and_whole_in_documents()
    {
        var summary = NumberSummary.Of([("a", 1), ("b", -2), ("c", 2)])!;

        Assert.Equal("min -2 (b), avg 0.333, max 2 (c) of 3 numbers", summary.ToString());
        Assert.Equal(
            1.0 / 3,
            JsonText.Build(writer =>
            {
                writer.WriteStartObject();
                summary.WriteTo(writer);
                writer.WriteEndObject();
            }).GetProperty("numbers").GetProperty("avg").GetDouble());
    }
}
