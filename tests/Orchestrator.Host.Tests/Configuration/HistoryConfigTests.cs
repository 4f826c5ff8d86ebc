using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Configuration;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Configuration;

public sealed class HistoryConfigTests
{
    [Theory]
    [InlineData("90m", 90)]
    [InlineData("12h", 720)]
    [InlineData("1.5d", 2160)]
    public void Age_has_a_number_and_a_unit(string age, int minutes) =>
        Assert.Equal(minutes, new HistoryConfig { Age = age }.Limits("o.yaml").MaxAge.TotalMinutes, 3);

    [Fact]
    public void Ten_thousand_jobs_and_thirty_days_are_kept_unless_told_otherwise()
    {
        Assert.Equal(new JobHistoryLimits(10_000, TimeSpan.FromDays(30)), Parse("").History.Limits("o.yaml"));
        Assert.Equal(new JobHistoryLimits(10_000, TimeSpan.FromDays(30)), Parse("history:\n").History.Limits("o.yaml"));
        Assert.Equal(new JobHistoryLimits(10_000, TimeSpan.FromDays(30)), Parse("history: {age: }\n").History.Limits("o.yaml"));
    }

    [Theory]
    [InlineData("history: {jobs: 0}", "'jobs'")]
    [InlineData("history: {age: 30}", "'age'")]
    [InlineData("history: {age: ''}", "'age'")]
    [InlineData("history: {age: 0d}", "'age'")]
    [InlineData("history: {age: -1d}", "'age'")]
    [InlineData("history: {age: 5s}", "'age'")]
    [InlineData("history: {age: 100000000000d}", "'age'")]
    public void What_is_out_of_range_is_an_error_that_names_file_and_setting(string text, string named)
    {
        var error = Assert.Throws<ServeException>(() => Parse(text));

        Assert.StartsWith("o.yaml: " + named, error.Message);
    }

    private static NodeConfig Parse(string text) => NodeConfigFile.Parse(new StringReader(text), "o.yaml");
}
