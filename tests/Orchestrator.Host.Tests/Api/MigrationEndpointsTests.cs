using System.Net;
using System.Text.Json;

namespace Orchestrator.Host.Tests.Api;

/// <summary>Migrations through the API of a real node, whose VMs are fakes that know nothing of them.</summary>
[Collection(nameof(ServedFleet))]
public sealed class MigrationEndpointsTests(ServedFleet fleet)
{
    [Theory]
    [InlineData("{}", "'migrate.to' must name a VmHost")]
    [InlineData("""{"to":""}""", "'migrate.to' must name a VmHost")]
    [InlineData("""{"to":"h2","uri":"exec:cat"}""", "'migrate.uri' is 'exec:cat'")]
    [InlineData("""{"to":"h2","uri":"unix:relative"}""", "'migrate.uri'")]
    [InlineData("""{"to":"h2","maxBandwidth":0}""", "'migrate.maxBandwidth'")]
    [InlineData("""{"to":"h2","downtimeMs":0}""", "'migrate.downtimeMs' must be between 1 and 2000000")]
    [InlineData("""{"to":"h2","drainMs":60001}""", "'migrate.drainMs' must be between 1 and 60000")]
    [InlineData("""{"to":"h2","multifd":256}""", "'migrate.multifd' must be between 1 and 255")]
    public async Task What_is_wrong_is_a_problem_that_names_it(string migrate, string expected) =>
        (await fleet.PostAsync("v1/jobs", $$"""{"target":"*","migrate":{{migrate}}}""")).IsProblem(HttpStatusCode.BadRequest, "invalid-request", expected);

    [Fact]
    public async Task Migration_and_command_at_once_are_refused() =>
        (await fleet.PostAsync("v1/jobs", """{"target":"*","command":"guest-ping","migrate":{"to":"h2"}}""")).IsProblem(HttpStatusCode.BadRequest, "invalid-request", "exactly one of 'command', 'run' and 'migrate'");

    [Fact]
    public async Task Job_of_a_migration_is_kept_with_its_outcome_and_cancelled_like_any()
    {
        var job = (await fleet.PostAsync("v1/jobs", """{"target":"web1","migrate":{"to":"nowhere"}}""")).Json;
        Assert.Equal("migrate", job.GetProperty("command").GetString());
        var id = job.GetProperty("id").GetString();
        var migration = default(JsonElement);
        await TestKit.Eventually.TrueAsync(
            async () => (migration = (await fleet.GetAsync($"v1/migrations?job={id}")).Json.GetProperty("items").EnumerateArray().FirstOrDefault()).ValueKind == JsonValueKind.Object && migration.GetProperty("phase").GetString() == "Preparing",
            TimeSpan.FromSeconds(30),
            "its destination is sought");
        Assert.Equal(("web1", "nowhere", 0), (migration.GetProperty("name").GetString(), migration.GetProperty("to").GetString(), migration.GetProperty("totalBytes").GetInt32()));

        await fleet.PostAsync($"v1/jobs/{id}:cancel", "");

        await TestKit.Eventually.TrueAsync(async () => (await fleet.GetAsync($"v1/jobs/{id}")).Json.TryGetProperty("endedAt", out _), TimeSpan.FromSeconds(30), "it has ended");
        var outcome = (await fleet.GetAsync($"v1/jobs/{id}/invocations")).Json.GetProperty("items")[0];
        Assert.Equal(("Cancelled", "None"), (outcome.GetProperty("phase").GetString(), outcome.GetProperty("effect").GetString()));
        var ended = (await fleet.GetAsync($"v1/migrations/{migration.GetProperty("id").GetString()}")).Json;
        Assert.Equal(("Ended", "Cancelled"), (ended.GetProperty("phase").GetString(), ended.GetProperty("outcome").GetString()));
    }

    [Fact]
    public async Task Migration_that_is_not_there_is_a_problem() =>
        (await fleet.GetAsync("v1/migrations/01NONE")).IsProblem(HttpStatusCode.NotFound, "migration-not-found", "GET /v1/migrations");

    [Fact]
    public async Task Plan_of_a_migration_says_what_is_in_the_way()
    {
        var plan = (await fleet.PostAsync("v1/jobs:plan", """{"target":"web1","migrate":{"to":"h2"}}""")).Json;
        Assert.Equal(("migrate", "NonIdempotent"), (plan.GetProperty("command").GetString(), plan.GetProperty("class").GetString()));
    }
}
