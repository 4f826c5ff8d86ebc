namespace Orchestrator.Host.Tests.Cli;

/// <summary><c>event sub</c>.</summary>
public sealed class SubscriptionCommandTests : IAsyncLifetime
{
    private const string Path = "/v1/subscriptions";
    private const string One = """{"id":"S","name":"ours","url":"http://x/","status":"Failing","delivered":7,"deadLetters":2,"lag":3,"lastError":"HTTP 503"}""";
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Create_shows_the_secret()
    {
        _server.On("POST", Path, """{"id":"S","url":"http://x/","secret":"whsec_x"}""", 201);
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("event", "sub", "create", "http://x/"));
        Assert.Equal("""{"url":"http://x/"}""", _server.Single("POST", Path).Body);
        Assert.Contains("whsec_x", run.Out);
        Assert.Contains("not shown again", run.Error);
    }

    [Fact]
    public async Task Create_sends_every_option()
    {
        _server.On("POST", Path, One, 201);
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync(
            "event", "sub", "create", "http://x/", "--name", "ours", "-t", "web*", "--from", "beginning", "--secret", "whsec_y", "--type", "STOP", "--type", "GUEST_*", "--batched",
            "--max-batch", "5", "--request-timeout", "2.5s", "--retries", "1", "--no-handshake"));

        Assert.Equal(
            """{"url":"http://x/","name":"ours","target":"web*","from":"beginning","secret":"whsec_y","type":["STOP","GUEST_*"],"mode":"Batched","maxBatch":5,"timeoutMs":2500,"retries":1,"handshake":false}""",
            _server.Single("POST", Path).Body);
    }

    [Fact]
    public async Task List_shows_how_they_go()
    {
        _server.On("GET", Path, $$"""{"items":[{{One}},{"id":"T","url":"http://y/","status":"Paused","delivered":0,"deadLetters":0,"pause":{"cause":"Gone","reason":"HTTP 410"} }]}""");
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("event", "sub", "ls"));
        Assert.Equal(["ID  NAME  URL        STATUS   DELIVERED  DEAD  LAG  LAST ERROR", "S   ours  http://x/  Failing  7          2     3    HTTP 503", "T         http://y/  Paused   0          0          HTTP 410"], run.OutLines.Select(line => line.TrimEnd()));
    }

    [Theory]
    [InlineData("pause", "S Failing\n")]
    [InlineData("resume", "S Failing\n")]
    public async Task Change_shows_how_it_stands(string verb, string expected)
    {
        _server.On("POST", $"{Path}/S:{verb}", One);
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("event", "sub", verb, "S"));
        Assert.Equal(expected, run.Out);
    }

    [Fact]
    public async Task Remove_says_so()
    {
        _server.On("DELETE", $"{Path}/S", One);
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("event", "sub", "rm", "S"));
        Assert.Equal("S deleted\n", run.Out);
    }

    [Theory]
    [InlineData("true", 0)]
    [InlineData("false", 4)]
    public async Task Test_tells_what_came_back_and_whether_it_is_well(string delivered, int expected)
    {
        _server.On("POST", $"{Path}/S:test", $$"""{"delivered":{{delivered}},"status":200,"message":"HTTP 200 OK","elapsedMs":12}""");
        var run = CliRun.Against(_server);

        Assert.Equal(expected, await run.RunAsync("event", "sub", "test", "S"));
        Assert.Equal("HTTP 200 OK (12 ms)\n", run.Out);
    }

    [Theory]
    [InlineData("", "{}")]
    [InlineData("--secret whsec_y", """{"secret":"whsec_y"}""")]
    public async Task Rotate_shows_the_new_secret(string options, string body)
    {
        _server.On("POST", $"{Path}/S:rotate", """{"id":"S","secret":"whsec_x"}""");
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync(["event", "sub", "rotate", "S", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]));
        Assert.Equal(body, _server.Single("POST", $"{Path}/S:rotate").Body);
        Assert.Contains("whsec_x", run.Out);
    }

    [Fact]
    public async Task Dead_letters_are_listed_and_the_next_page_is_told()
    {
        _server.On("GET", $"{Path}/S/dead-letters", """{"items":[{"id":"7","reason":"HTTP 400","attempts":1,"failedAt":"2026-01-01T00:00:00+00:00","event":{"type":"io.orchestrator.qmp.STOP","subject":"web1"}}],"next":"7"}""");
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("event", "sub", "dead", "S", "--after", "3", "--limit", "1"));
        Assert.Equal($"{Path}/S/dead-letters?after=3&limit=1", _server.Single("GET", $"{Path}/S/dead-letters").PathAndQuery);
        Assert.Contains("io.orchestrator.qmp.STOP  web1  HTTP 400", run.Out);
        Assert.Contains("--after 7", run.Error);
    }

    [Theory]
    [InlineData("redeliver", "7 8", """{"ids":["7","8"]}""")]
    [InlineData("redeliver", "--all", """{"all":true}""")]
    [InlineData("discard", "7", """{"ids":["7"]}""")]
    [InlineData("discard", "--all", """{"all":true}""")]
    public async Task Dead_letters_are_sent_again_or_forgotten(string verb, string which, string body)
    {
        _server.On("POST", $"{Path}/S:{verb}", """{"deadLetters":2}""", 202);
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync(["event", "sub", verb, "S", .. which.Split(' ')]));
        Assert.Equal(body, _server.Single("POST", $"{Path}/S:{verb}").Body);
        Assert.Equal($"2 dead letters to {verb}\n", run.Out);
    }

    [Theory]
    [InlineData("redeliver S")]
    [InlineData("discard S 7 --all")]
    public async Task Which_dead_letters_must_be_said_once(string line)
    {
        var run = CliRun.Against(_server);

        Assert.Equal(2, await run.RunAsync(["event", "sub", .. line.Split(' ')]));
        Assert.Empty(_server.Requests);
    }
}
