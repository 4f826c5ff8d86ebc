using System.Net;
using System.Text.Json;
using Orchestrator.Actors.Events;

namespace Orchestrator.Host.Tests.Api;

/// <summary>What a request for a subscription may say, and what is answered. No receiver is asked: nothing that the fleet's other tests do is sent anywhere.</summary>
[Collection(nameof(ServedFleet))]
public sealed class SubscriptionEndpointsTests(ServedFleet fleet)
{
    private const string Path = "v1/subscriptions";

    /// <summary>Nobody listens there, and no event fits.</summary>
    private const string Silent = """{"url":"http://127.0.0.1:1/hook","type":["NEVER"],"handshake":false""";

    [Fact]
    public async Task Subscription_has_exactly_these_members_and_its_secret_is_shown_once()
    {
        var made = await fleet.PostAsync(Path, Silent + ""","name":"ours","target":"web*","mode":"batched","timeoutMs":2500,"retries":3}""");
        Assert.Equal(HttpStatusCode.Created, made.Status);
        var (id, secret) = (made.Json.GetProperty("id").GetString()!, made.Json.GetProperty("secret").GetString()!);
        Assert.Equal($"/v1/subscriptions/{id}", made.Location);
        Assert.Matches("^whsec_[A-Za-z0-9+/]{43}=$", secret);

        var shown = await fleet.GetAsync($"{Path}/{id}");
        Assert.Equal(
            ["id", "name", "url", "type", "target", "mode", "maxBatch", "timeoutMs", "retries", "status", "cursor", "delivered", "failed", "deadLetters", "lag", "createdAt"],
            shown.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("ours", "http://127.0.0.1:1/hook", "web*", "Batched", 100, 2500, 3, "Active"), Members(shown.Json));
        Assert.True(EventCursor.TryParse(shown.Json.GetProperty("cursor").GetString(), out _));
        var listed = (await fleet.GetAsync(Path)).Json.GetProperty("items").EnumerateArray().Single(item => item.GetProperty("id").GetString() == id);
        Assert.False(listed.TryGetProperty("secret", out _));
        Assert.Equal("Paused", (await fleet.PostAsync($"{Path}/{id}:pause")).Json.GetProperty("status").GetString());
        Assert.Equal("Asked", (await fleet.GetAsync($"{Path}/{id}")).Json.GetProperty("pause").GetProperty("cause").GetString());

        Assert.Equal(HttpStatusCode.OK, (await DeleteAsync(id)).StatusCode);
        (await fleet.GetAsync($"{Path}/{id}")).IsProblem(HttpStatusCode.NotFound, "subscription-not-found", id);
        Assert.Equal(HttpStatusCode.NotFound, (await DeleteAsync(id)).StatusCode);
    }

    [Fact]
    public async Task Defaults_are_those_of_the_documents()
    {
        var made = (await fleet.PostAsync(Path, Silent + "}")).Json;
        await DeleteAsync(made.GetProperty("id").GetString()!);

        Assert.Equal(("Structured", 1, 10_000, 12), (made.GetProperty("mode").GetString(), made.GetProperty("maxBatch").GetInt32(), made.GetProperty("timeoutMs").GetInt32(), made.GetProperty("retries").GetInt32()));
    }

    [Theory]
    [InlineData("", "body is empty")]
    [InlineData("{}", "'url'")]
    [InlineData("""{"url":"ftp://x/"}""", "'url'")]
    [InlineData("""{"url":"/hook"}""", "'url'")]
    [InlineData("""{"url":"http://user:password@x/"}""", "user, password")]
    [InlineData("""{"url":"http://x/#part"}""", "fragment")]
    [InlineData("""{"url":"http://x/","name":""}""", "'name'")]
    [InlineData("""{"url":"http://x/","type":[""]}""", "'type'")]
    [InlineData("""{"url":"http://x/","mode":"binary"}""", "mode")]
    [InlineData("""{"url":"http://x/","mode":7}""", "mode")]
    [InlineData("""{"url":"http://x/","maxBatch":2}""", "'maxBatch'")]
    [InlineData("""{"url":"http://x/","mode":"Batched","maxBatch":0}""", "'maxBatch'")]
    [InlineData("""{"url":"http://x/","mode":"Batched","maxBatch":257}""", "'maxBatch'")]
    [InlineData("""{"url":"http://x/","timeoutMs":999}""", "'timeoutMs'")]
    [InlineData("""{"url":"http://x/","timeoutMs":60001}""", "'timeoutMs'")]
    [InlineData("""{"url":"http://x/","retries":-1}""", "'retries'")]
    [InlineData("""{"url":"http://x/","retries":101}""", "'retries'")]
    [InlineData("""{"url":"http://x/","secret":"whsec_x"}""", "'secret'")]
    [InlineData("""{"url":"http://x/","from":"yesterday!"}""", "'from'")]
    [InlineData("""{"url":"http://x/","unknown":1}""", "unknown")]
    public async Task Wrong_request_is_refused_with_what_is_wrong(string body, string detail) => (await fleet.PostAsync(Path, body)).IsProblem(HttpStatusCode.BadRequest, "invalid-request", detail);

    [Fact]
    public async Task Wrong_selector_is_refused() => (await fleet.PostAsync(Path, """{"url":"http://x/","target":"("}""")).IsProblem(HttpStatusCode.BadRequest, "invalid-selector", "");

    [Fact]
    public async Task Filter_is_shown_and_a_wrong_one_refused()
    {
        var made = await fleet.PostAsync(Path, Silent + ""","filter":"data.reason = 'panic' AND provenance = 'host'"}""");

        Assert.Equal("data.reason = 'panic' AND provenance = 'host'", made.Json.GetProperty("filter").GetString());
        (await fleet.PostAsync(Path, """{"url":"http://x/","filter":"data.reason ="}""")).IsProblem(HttpStatusCode.BadRequest, "invalid-filter", "");
    }

    [Fact]
    public async Task Receiver_that_is_not_there_does_not_want_events() =>
        (await fleet.PostAsync(Path, """{"url":"http://127.0.0.1:1/"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "webhook-not-allowed", "OPTIONS brought no answer");

    [Theory]
    [InlineData("", "'ids'")]
    [InlineData("{}", "'ids'")]
    [InlineData("""{"ids":["1"],"all":true}""", "'ids'")]
    [InlineData("""{"ids":[]}""", "'ids'")]
    [InlineData("""{"ids":["x"]}""", "'x'")]
    [InlineData("""{"ids":["-1"]}""", "'-1'")]
    public async Task Dead_letters_must_be_named(string body, string detail)
    {
        foreach (var verb in (string[])["redeliver", "discard"])
            (await fleet.PostAsync($"{Path}/x:{verb}", body)).IsProblem(HttpStatusCode.BadRequest, "invalid-request", detail);
    }

    [Theory]
    [InlineData("?limit=0", "'limit'")]
    [InlineData("?limit=1001", "'limit'")]
    [InlineData("?after=x", "'after'")]
    public async Task Wrong_page_of_dead_letters_is_refused(string query, string detail) => (await fleet.GetAsync($"{Path}/x/dead-letters{query}")).IsProblem(HttpStatusCode.BadRequest, "invalid-request", detail);

    [Theory]
    [InlineData("GET", "")]
    [InlineData("DELETE", "")]
    [InlineData("GET", "/dead-letters")]
    [InlineData("POST", ":pause")]
    [InlineData("POST", ":resume")]
    [InlineData("POST", ":test")]
    [InlineData("POST", ":rotate")]
    [InlineData("POST", ":redeliver", """{"all":true}""")]
    [InlineData("POST", ":discard", """{"ids":["1"]}""")]
    public async Task Nothing_can_be_done_with_one_that_is_not_there(string method, string rest, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"{Path}/none{rest}") { Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        using var answer = await fleet.Node.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("subscription-not-found", JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Secret_of_a_rotation_is_checked() => (await fleet.PostAsync($"{Path}/x:rotate", """{"secret":"short"}""")).IsProblem(HttpStatusCode.BadRequest, "invalid-request", "'secret'");

    private Task<HttpResponseMessage> DeleteAsync(string id) => fleet.Node.Http.DeleteAsync($"{Path}/{id}");

    private static (string?, string?, string?, string?, int, int, int, string?) Members(JsonElement shown) =>
    (
        shown.GetProperty("name").GetString(), shown.GetProperty("url").GetString(), shown.GetProperty("target").GetString(), shown.GetProperty("mode").GetString(), shown.GetProperty("maxBatch").GetInt32(),
        shown.GetProperty("timeoutMs").GetInt32(), shown.GetProperty("retries").GetInt32(), shown.GetProperty("status").GetString()
    );
}
