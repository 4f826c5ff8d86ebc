using System.Text.Json;

namespace Orchestrator.Host.Tests.Cli;

public sealed class ControllerCommandTests : IAsyncLifetime
{
    private const string Controller = """{"name":"boot-count","scope":"Vm","mode":"Live","health":"Failing","message":"sick","instances":3,"failing":1,"lagEvents":7,"lagMs":5,"cursor":"x","counts":{"events":42,"ticks":1,"retries":2,"failures":1,"commands":9}}""";
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Controllers_are_listed_with_their_health_and_lag()
    {
        _server.On("GET", "/v1/controllers", $$"""{"items":[{{Controller}}]}""");
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("controller", "ls"));

        Assert.Equal(["NAME", "SCOPE", "MODE", "HEALTH", "INSTANCES", "LAG", "HANDLED", "FAILURES", "MESSAGE"], run.OutLines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["boot-count", "Vm", "Live", "Failing", "3", "7", "42", "1", "sick"], run.OutLines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task One_is_shown_a_page_of_instances_at_a_time()
    {
        _server.On("GET", "/v1/controllers/boot-count", $$"""{"controller":{{Controller}},"instances":[],"journal":[{"text":"hello"}],"failures":[]}""");
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("controller", "get", "boot-count", "--after", "k", "--limit", "5"));

        Assert.Equal("/v1/controllers/boot-count?after=k&limit=5", _server.Single("GET", "/v1/controllers/boot-count").PathAndQuery);
        Assert.Contains("hello", run.Out);
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("resume")]
    public async Task It_is_halted_and_goes_on(string verb)
    {
        _server.On("POST", $"/v1/controllers/boot-count:{verb}", $$"""{"controller":{{Controller}} }""");
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("controller", verb, "boot-count"));

        Assert.Contains("boot-count", run.OutLines[1]);
    }

    [Fact]
    public async Task A_replay_shows_what_would_have_been_done_and_that_it_came_to_its_end()
    {
        _server.OnStream("POST", "/v1/controllers/c:replay", """{"kind":"Note","instance":"fleet","position":"1:2","event":"STOP","text":"would send it"}""", """{"kind":"End","text":"1 events"}""");
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("controller", "replay", "c", "--from", "cursor"));

        var body = JsonElement.Parse(_server.Single("POST", "/v1/controllers/c:replay").Body);
        Assert.Equal(("cursor", "shadow"), (body.GetProperty("from").GetString(), body.GetProperty("mode").GetString()));
        Assert.Contains("would send it", run.OutLines[0]);
        Assert.StartsWith("End", run.OutLines[1]);
    }

    [Fact]
    public async Task A_replay_that_breaks_off_is_an_error()
    {
        _server.OnStream("POST", "/v1/controllers/c:replay", """{"kind":"Note","text":"would send it"}""");
        var run = CliRun.Against(_server);

        Assert.Equal(1, await run.RunAsync("controller", "replay", "c"));

        Assert.Contains("ended the replay before its end", run.Error);
    }
}
