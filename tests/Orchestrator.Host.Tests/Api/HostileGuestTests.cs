using System.Net;
using System.Text;
using System.Text.Json;
using Orchestrator.Host.Api;
using Orchestrator.Host.Tests.Serving;
using Orchestrator.Protocol.Qapi;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Api;

/// <summary>A guest whose every text is hostile, and which then breaks the protocol, as the API shows it; an honest one beside it.</summary>
public sealed class HostileGuestTests : IAsyncLifetime
{
    /// <summary>As JSON has them; what stands escaped here is decoded on the way.</summary>
    private const string Hostile = "\\u001b]0;evil\\u0007\\u009b\\u0000\\r\\n\\u202e\\u2066\\u2028\\u200b\\ufeff";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeVm _evil = new("evil", new Guid("00000000-0000-4000-8000-0000000000e1"));
    private readonly FakeVm _honest = new("honest", new Guid("00000000-0000-4000-8000-0000000000e2"));
    private ServedNode _node = null!;

    public async Task InitializeAsync()
    {
        _evil.AgentAnswers["guest-get-osinfo"] = _ => Task.FromResult($$"""{"id": "{{Hostile}}", "name": "{{Hostile}}", "pretty-name": "{{Hostile}}", "version-id": "{{Hostile}}"}""");
        _evil.AgentAnswers["guest-get-host-name"] = _ => Task.FromResult($$"""{"host-name": "{{Hostile}}"}""");
        _node = await ServedNode.StartAsync();
        await _node.AddAsync(_evil, _honest);
    }

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Theory]
    [InlineData("GET", "v1/vms")]
    [InlineData("GET", "v1/vms/evil")]
    [InlineData("GET", "v1/vms?target=f:os.id")]
    [InlineData("POST", "v1/vms/evil/agent/guest-get-osinfo")]
    [InlineData("POST", "v1/vms/evil/agent/guest-get-host-name")]
    [InlineData("GET", "v1/vms/%1b%5d0%3bevil%e2%80%ae")]
    [InlineData("GET", "v1/vms?target=%1b%5d0%3bevil(%e2%80%ae")]
    [InlineData("GET", "v1/evil%e2%80%ae%1b")]
    public async Task Answers_are_valid_JSON_that_a_terminal_may_show(string method, string path)
    {
        using var answer = await _node.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Contains("evil", text);
        AssertHarmless(text);
        Assert.NotEqual(JsonValueKind.Undefined, JsonElement.Parse(text).ValueKind);
    }

    [Theory]
    [InlineData("v1/vms:watch?target=evil")]
    [InlineData("v1/events?from=beginning&type=GUEST_STARTUP&target=evil")]
    public async Task Streams_are_lines_that_a_terminal_may_show(string path)
    {
        using var reader = new StreamReader(await _node.Http.GetStreamAsync(path));
        var line = await reader.ReadLineAsync().WaitAsync(Patience, TimeProvider.System);
        if (line!.Contains("io.orchestrator.stream.caughtup", StringComparison.Ordinal))
            line = await reader.ReadLineAsync().WaitAsync(Patience, TimeProvider.System);

        Assert.Contains("]0;evil", line);
        AssertHarmless(line!);
    }

    [Fact]
    public async Task Quarantined_guest_is_shown_with_its_evidence_and_released_once()
    {
        var evil = true;
        _evil.AgentAnswers["guest-get-time"] = _ => Task.FromResult(evil ? $"\"{Hostile}\"" : "7");
        for (var i = 0; i < 31; i++)
        {
            var outcome = await PostAsync("v1/vms/evil/agent/guest-get-time");
            Assert.Equal(("Failed", "GuestProtocolViolation"), (outcome.Json.GetProperty("phase").GetString(), outcome.Json.GetProperty("reason").GetString()));
            Assert.Contains("got a string (from byte 0: 7b22", outcome.Json.GetProperty("message").GetString());
        }
        await Eventually.TrueAsync(async () => (await VmAsync()).GetProperty("agent").GetString() == "Quarantined", Patience, "the guest is quarantined");

        var quarantine = (await VmAsync()).GetProperty("quarantine");
        Assert.Equal("Violations", quarantine.GetProperty("kind").GetString());
        Assert.Equal("more than 30 answers that break the protocol within 60 s", quarantine.GetProperty("reason").GetString());
        Assert.Equal(5, quarantine.GetProperty("evidence").GetArrayLength());
        var first = quarantine.GetProperty("evidence")[0];
        Assert.Equal(("guest-get-time", "return", 0), (first.GetProperty("command").GetString(), first.GetProperty("path").GetString(), first.GetProperty("offset").GetInt32()));
        Assert.Contains("""{"return": "\u001b""", Encoding.ASCII.GetString(Convert.FromHexString(first.GetProperty("hex").GetString()!)));
        var refused = (await PostAsync("v1/vms/evil/agent/guest-ping")).Json;
        Assert.Equal(("Undelivered", "GuestQuarantined", "None"), (refused.GetProperty("phase").GetString(), refused.GetProperty("reason").GetString(), refused.GetProperty("effect").GetString()));
        Assert.Equal("Succeeded", (await PostAsync("v1/vms/honest/agent/guest-ping")).Json.GetProperty("phase").GetString());
        var listed = JsonElement.Parse(await _node.Http.GetStringAsync("v1/vms?target=s:agent%3DQuarantined"));
        Assert.Equal("evil", Assert.Single(listed.GetProperty("items").EnumerateArray()).GetProperty("name").GetString());

        evil = false;
        var released = await PostAsync("v1/vms/evil:release");

        Assert.Equal((HttpStatusCode.OK, false), (released.Status, released.Json.TryGetProperty("quarantine", out _)));
        await Eventually.TrueAsync(async () => (await VmAsync()).GetProperty("agent").GetString() == "Ready", Patience, "the guest is trusted again");
        Assert.Equal("7", (await PostAsync("v1/vms/evil/agent/guest-get-time")).Json.GetProperty("result").GetRawText());
        var again = await PostAsync("v1/vms/evil:release");
        Assert.Equal((HttpStatusCode.Conflict, "not-quarantined"), (again.Status, again.Json.GetProperty("code").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync("v1/vms/nobody:release")).Status);
    }

    [Fact]
    public void Every_text_of_an_outcome_is_harmless()
    {
        var hostile = JsonElement.Parse($"\"{Hostile}\"").GetString()!;
        var view = new OutcomeView
        {
            Name = hostile,
            Host = hostile,
            Reason = hostile,
            Message = hostile,
            Error = new ErrorView(hostile, hostile),
            Phase = default,
            Effect = default,
            Exec = new ExecView(1, 0, null, new OutputView(hostile, null, 1, false), new OutputView(hostile, null, 1, false)),
        };

        AssertHarmless(JsonSerializer.Serialize(view, ApiJson.Default.OutcomeView));
    }

    private async Task<JsonElement> VmAsync() => JsonElement.Parse(await _node.Http.GetStringAsync("v1/vms/evil"));

    private async Task<(HttpStatusCode Status, JsonElement Json)> PostAsync(string path)
    {
        using var answer = await _node.Http.PostAsync(path, null);
        return (answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsStringAsync()));
    }

    private static void AssertHarmless(string text) => Assert.All(text.EnumerateRunes(), character =>
        Assert.False(HarmlessJsonEncoder.IsObeyed(character), $"U+{character.Value:X4} in the answer"));
}
