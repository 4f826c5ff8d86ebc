using System.Text.Json;

namespace Orchestrator.Host.Tests.Cli;

/// <summary>What the options of a fan-out become in its request, and what is refused before anything is asked.</summary>
public sealed class JobOptionTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = (await FakeServer.StartAsync()).WithJob("Succeeded", Samples.Succeeded("web01"));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("--max-concurrency 50", """{"maxConcurrency":"50"}""")]
    [InlineData("-f 10%", """{"maxConcurrency":"10%"}""")]
    [InlineData("--per-host 4", """{"perHost":4}""")]
    [InlineData("--rate 2.5", """{"rate":2.5}""")]
    [InlineData("--canary 1,5%,50% --canary-wait 1.5s", """{"canary":["1","5%","50%"],"canaryWaitMs":1500}""")]
    [InlineData("--max-errors 3 --max-undelivered 20%", """{"maxErrors":"3","maxUndelivered":"20%"}""")]
    [InlineData("--timeout 2s", """{"timeoutMs":2000}""")]
    [InlineData("--exec-timeout 2s --delivery-timeout 1m --deadline 1h", """{"timeoutMs":2000,"deliveryTimeoutMs":60000,"deadlineMs":3600000}""")]
    [InlineData("--retries 2 --comment CHG-17", """{"attempts":3,"comment":"CHG-17"}""")]
    [InlineData("--on-paused wait --on-absent skip", """{"conditions":{"paused":"wait","absent":"skip"}}""")]
    [InlineData("--on-migrating force --on-frozen fail --on-unresponsive wait", """{"conditions":{"migrating":"force","frozen":"fail","unresponsive":"wait"}}""")]
    public async Task Options_become_members_of_the_request(string options, string expected)
    {
        var run = CliRun.Against(_server);

        Assert.True(await run.RunAsync(["ping", "--all", .. options.Split(' ')]) == 0, run.Error);

        var body = JsonElement.Parse(_server.Single("POST", "/v1/jobs").Body);
        var more = body.EnumerateObject().Where(member => member.Name is not ("target" or "command")).ToDictionary(member => member.Name, member => member.Value);
        Assert.Equal(expected, JsonSerializer.Serialize(more));
    }

    [Fact]
    public async Task Programs_have_the_same_options()
    {
        Assert.Equal(0, await CliRun.Against(_server).RunAsync("run", "--all", "-f", "8", "--", "true"));

        Assert.Equal("8", JsonElement.Parse(_server.Single("POST", "/v1/jobs").Body).GetProperty("maxConcurrency").GetString());
    }

    [Theory]
    [InlineData("--retries 10", "--retries 10: write a number from 0 to 9")]
    [InlineData("--on-paused maybe", "maybe")]
    [InlineData("--deadline soon", "'soon' is not a duration")]
    [InlineData("--dry-run --apply x", "give either --dry-run or --plan, or --apply")]
    public async Task Wrong_value_is_a_usage_error_and_nothing_is_asked(string options, string expected)
    {
        var run = CliRun.Against(_server);

        Assert.Equal(2, await run.RunAsync(["ping", "--all", .. options.Split(' ')]));
        Assert.Contains(expected, run.Error);
        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--async")]
    public async Task Idempotency_key_is_a_header(string more)
    {
        if (more.Length > 0)
            _server.On("POST", "/v1/jobs", Samples.Job("Running", 1), 202);

        Assert.Equal(0, await CliRun.Against(_server).RunAsync(["ping", "--all", "--idempotency-key", "deploy-17", .. more.Split(' ', StringSplitOptions.RemoveEmptyEntries)]));

        Assert.Equal("deploy-17", _server.Single("POST", "/v1/jobs").IdempotencyKey);
    }
}
