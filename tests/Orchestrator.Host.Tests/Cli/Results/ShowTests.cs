namespace Orchestrator.Host.Tests.Cli.Results;

/// <summary><c>--show</c>: what is shown is chosen, what counts is not.</summary>
public sealed class ShowTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await FakeServer.StartAsync();
        _server.WithJob(
            "Partial", Samples.Succeeded("o"), Samples.Ended("s", "Skipped", ""), Samples.Ended("f", "Failed", "X"), Samples.Ended("r", "Refused", "X"), Samples.Ended("t", "TimedOut", "X"),
            Samples.Ended("d", "Undelivered", "X"), Samples.Ended("c", "Cancelled", ""), Samples.Ended("u", "Unknown", "X"), Samples.Ended("l", "PhaseOfALaterVersion", "X"));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("", "u f t r d c s l o")]
    [InlineData("--show all", "u f t r d c s l o")]
    [InlineData("--show ok", "s o")]
    [InlineData("--show failed", "f t r")]
    [InlineData("--show undelivered", "d c")]
    [InlineData("--show unknown", "u l")]
    [InlineData("--show failed --show unknown", "u f t r l")]
    [InlineData("--show failed --show all", "u f t r d c s l o")]
    public async Task Outcomes_of_a_kind_are_shown_and_all_count(string option, string expected)
    {
        var run = CliRun.Against(_server);

        Assert.Equal(6, await run.RunAsync(["ga", "guest-ping", "--all", .. option.Split(' ', StringSplitOptions.RemoveEmptyEntries)]));
        Assert.Equal(expected, string.Join(' ', run.OutLines[1..].Select(line => line[0])));
        Assert.Contains("of 9", run.Error);
    }

    [Theory]
    [InlineData("ndjson")]
    [InlineData("json")]
    [InlineData("yaml")]
    [InlineData("fold")]
    public async Task Choice_holds_in_every_form(string format)
    {
        var run = CliRun.Against(_server);

        Assert.Equal(6, await run.RunAsync("ping", "--all", "--show", "undelivered", "-o", format));
        Assert.Contains("Cancelled", run.Out);
        Assert.DoesNotContain("Refused", run.Out);
        Assert.DoesNotContain("Skipped", run.Out);
    }

    [Fact]
    public async Task Unknown_kind_is_a_usage_error() => Assert.Equal(2, await CliRun.Against(_server).RunAsync("ping", "--all", "--show", "some"));
}
