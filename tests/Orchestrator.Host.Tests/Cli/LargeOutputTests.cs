namespace Orchestrator.Host.Tests.Cli;

/// <summary>What the server keeps apart is in its place again when the client shows it.</summary>
public sealed class LargeOutputTests : IAsyncLifetime
{
    private const string Base = $"/v1/jobs/{Samples.JobId}/invocations/u-web01";

    private const string Away =
        $$"""
        {"vm":"u-web01","name":"web01","host":"node1","phase":"Succeeded","effect":"Applied","elapsedMs":2,"resultAt":{"bytes":7,"sha256":"ab","href":"{{Base}}/result"},"exec":{"pid":118,"exitCode":0,"stdout":{"bytes":6,"truncated":false,"sha256":"cd","href":"{{Base}}/stdout"},"stderr":{"text":"","bytes":0,"truncated":false} } }
        """;

    private FakeServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await FakeServer.StartAsync();
        _server.On("GET", $"{Base}/stdout", "large\n", contentType: "application/octet-stream").On("GET", $"{Base}/result", """{"a":1}""");
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Program_that_is_followed_shows_its_whole_output()
    {
        _server.WithJob("Succeeded", Away);
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("run", "--all", "-o", "ndjson", "--", "cat", "large"));

        Assert.Contains("\"stdout\":{\"bytes\":6,\"truncated\":false,\"sha256\":\"cd\",\"text\":\"large\\n\"}", run.Out);
        Assert.Contains("\"result\":{\"a\":1}", run.Out);
        Assert.DoesNotContain("href", run.Out);
    }

    [Fact]
    public async Task Job_that_is_shown_later_has_its_whole_output()
    {
        _server.On("GET", $"/v1/jobs/{Samples.JobId}", Samples.Job("Succeeded", 1)).On("GET", $"/v1/jobs/{Samples.JobId}/invocations", $$"""{"items":[{{Away}}]}""");
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("job", "get", Samples.JobId, "-o", "ndjson"));

        Assert.Contains("\"text\":\"large\\n\"", run.Out);
    }

    [Fact]
    public async Task Output_that_was_forgotten_is_an_error_in_the_servers_words()
    {
        _server.WithJob("Succeeded", Away).OnProblem("GET", $"{Base}/stdout", 404, "output-not-found", "it was forgotten with its job");
        var run = CliRun.Against(_server);

        Assert.Equal(1, await run.RunAsync("run", "--all", "--", "cat", "large"));

        Assert.Contains("it was forgotten with its job", run.Error);
    }
}
