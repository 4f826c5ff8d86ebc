using System.Net;
using System.Text;
using System.Text.Json;
using Orchestrator.Host.Tests.Serving;

namespace Orchestrator.Host.Tests.Api;

public sealed class FreezeEndpointsTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly FakeVm _web1 = Freezable("web1", 1);
    private readonly FakeVm _web2 = Freezable("web2", 2);
    private readonly FakeVm _db1 = new("db1", new Guid("00000000-0000-4000-8000-0000000000d1")) { HasAgent = false };
    private ServedNode _node = null!;

    public async Task InitializeAsync()
    {
        _node = await ServedNode.StartAsync();
        await _node.AddAsync(_web1, _web2, _db1);
    }

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task A_group_is_frozen_shown_extended_and_thawed()
    {
        var (status, group, location) = await PostAsync("v1/freezes", """{"target":"web*","owner":"backup","ttlMs":120000}""");
        Assert.Equal((HttpStatusCode.Created, "Frozen", "backup", "Fs", 120000), (status, Text(group, "phase"), Text(group, "owner"), Text(group, "require"), group.GetProperty("ttlMs").GetDouble()));
        Assert.Equal($"/v1/freezes/{Text(group, "id")}", location);
        Assert.Equal(["web1 Frozen Fs", "web2 Frozen Fs"], Vms(group).Select(vm => $"{Text(vm, "name")} {Text(vm, "stage")} {Text(vm, "consistency")}"));
        Assert.True(group.GetProperty("skewMs").GetDouble() >= 0);

        var vm = await GetAsync("v1/vms/web1");
        Assert.Equal(("Frozen", "backup", Text(group, "id")), (Text(vm, "freeze"), Text(vm.GetProperty("lease"), "owner"), Text(vm.GetProperty("lease"), "group")));
        var leases = Items(await GetAsync("v1/freeze-leases"));
        Assert.Equal(["web1", "web2"], leases.Select(lease => Text(lease, "name")));
        Assert.Equal(Text(group, "id"), Text(Items(await GetAsync("v1/freezes"))[0], "id"));

        var (_, extended, _) = await PostAsync($"{location![1..]}:extend", """{"owner":"backup","ttlMs":3000000}""");
        Assert.True(Vms(extended)[0].GetProperty("deadline").GetDateTimeOffset() > Vms(group)[0].GetProperty("deadline").GetDateTimeOffset());
        Assert.Equal("not-owner", Text((await PostAsync($"{location[1..]}:extend", "{}")).Body, "code"));

        var (_, thawed, _) = await PostAsync($"{location[1..]}:thaw");
        Assert.Equal("Thawed", Text(thawed, "phase"));
        Assert.All(Vms(thawed), member => Assert.True(member.GetProperty("frozenMs").GetDouble() >= 0));
        Assert.Empty(Items(await GetAsync("v1/freeze-leases")));
        Assert.False((await GetAsync("v1/vms/web1")).TryGetProperty("freeze", out _));
        Assert.Equal("lease-lost", Text((await PostAsync($"{location[1..]}:extend", """{"owner":"backup"}""")).Body, "code"));
    }

    [Fact]
    public async Task A_VM_without_an_agent_fails_the_group_unless_anything_will_do()
    {
        var (status, group, _) = await PostAsync("v1/freezes", """{"target":"*"}""");
        Assert.Equal((HttpStatusCode.Created, "Failed"), (status, Text(group, "phase")));
        Assert.Equal(["db1 Failed AgentAbsent", "web1 Skipped GroupFailed", "web2 Skipped GroupFailed"], Vms(group).Select(vm => $"{Text(vm, "name")} {Text(vm, "stage")} {Text(vm, "reason")}"));
        Assert.DoesNotContain(_web1.AgentCommands, command => command.Name == "guest-fsfreeze-freeze");

        (_, group, _) = await PostAsync("v1/freezes", """{"target":"*","require":"Any"}""");
        Assert.Equal(["db1 Accepted Crash", "web1 Frozen Fs", "web2 Frozen Fs"], Vms(group).Select(vm => $"{Text(vm, "name")} {Text(vm, "stage")} {Text(vm, "consistency")}"));
        await PostAsync($"v1/freezes/{Text(group, "id")}:thaw");
    }

    [Fact]
    public async Task Mount_points_choose_the_filesystems()
    {
        var (_, group, _) = await PostAsync("v1/freezes", """{"target":"web1","mountpoints":["/data","/var"]}""");

        var freeze = Assert.Single(_web1.AgentCommands, command => command.Name == "guest-fsfreeze-freeze-list");
        Assert.Equal("""{"mountpoints":["/data","/var"]}""", freeze.Arguments.GetRawText());
        await PostAsync($"v1/freezes/{Text(group, "id")}:thaw");
    }

    [Fact]
    public async Task VMs_are_thawed_by_selector_and_anothers_freeze_only_by_force()
    {
        await PostAsync("v1/freezes", """{"target":"web1"}""");
        await PostAsync("v1/vms/web2/agent/guest-fsfreeze-freeze");
        Assert.Equal("FrozenForeign", Text(await GetAsync("v1/vms/web2"), "freeze"));

        Assert.Equal(["db1 NotFrozen", "web1 Thawed", "web2 Foreign"], await ThawAsync("""{"target":"*"}"""));
        Assert.Equal(["web2 Thawed"], await ThawAsync("""{"target":"web2","force":true}"""));
        Assert.Equal("no-targets", Text((await PostAsync("v1/freezes:thaw", """{"target":"none"}""")).Body, "code"));
    }

    [Fact]
    public async Task A_node_that_stops_leaves_nothing_frozen()
    {
        await PostAsync("v1/freezes", """{"target":"web1","ttlMs":3600000}""");

        await _node.StopAsync();

        Assert.Contains(_web1.AgentCommands, command => command.Name == "guest-fsfreeze-thaw");
    }

    [Fact]
    public async Task Events_tell_of_the_freeze_and_the_thaw()
    {
        var (_, group, _) = await PostAsync("v1/freezes", """{"target":"web1"}""");
        await PostAsync($"v1/freezes/{Text(group, "id")}:thaw");
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1/events?type=GUEST_FSFREEZE_CHANGED&from=beginning");
        request.Headers.Add("Accept", "application/x-ndjson");
        using var answer = await _node.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());

        Assert.Equal("frozen", await StateAsync(reader));
        Assert.Equal("thawed", await StateAsync(reader));
    }

    [Theory]
    [InlineData("v1/freezes", "{}", "invalid-request")]
    [InlineData("v1/freezes", """{"target":"web1","ttlMs":5}""", "invalid-request")]
    [InlineData("v1/freezes", """{"target":"web1","ttlMs":3600001}""", "invalid-request")]
    [InlineData("v1/freezes", """{"target":"web1","owner":""}""", "invalid-request")]
    [InlineData("v1/freezes", """{"target":"web1","mountpoints":[]}""", "invalid-request")]
    [InlineData("v1/freezes", """{"target":"web1","mountpoints":[""]}""", "invalid-request")]
    [InlineData("v1/freezes", """{"target":"(("}""", "invalid-selector")]
    [InlineData("v1/freezes", """{"target":"none"}""", "no-targets")]
    [InlineData("v1/freezes/01X:thaw", null, "freeze-not-found")]
    [InlineData("v1/snapshots", """{"target":"web1"}""", "invalid-request")]
    [InlineData("v1/snapshots", """{"target":"web1","name":"../x"}""", "invalid-request")]
    [InlineData("v1/snapshots", """{"target":"web1","name":"x","dir":"relative"}""", "invalid-request")]
    [InlineData("v1/snapshots", """{"target":"none","name":"x"}""", "no-targets")]
    public async Task What_cannot_be_done_is_a_problem(string path, string? body, string code) => Assert.Equal(code, Text((await PostAsync(path, body)).Body, "code"));

    [Fact]
    public async Task A_snapshot_of_a_VM_whose_QEMU_cannot_tell_its_disks_freezes_nothing()
    {
        var (_, taken, _) = await PostAsync("v1/snapshots", """{"target":"web*","name":"nightly"}""");

        Assert.All(Items(taken), vm => Assert.Equal(("Refused", "Unsupported"), (Text(vm, "phase"), Text(vm, "reason"))));
        Assert.DoesNotContain(_web1.AgentCommands, command => command.Name == "guest-fsfreeze-freeze");
    }

    /// <summary>Of the next event; that the reader has caught up may be said before it.</summary>
    private static async Task<string?> StateAsync(StreamReader events)
    {
        while (await events.ReadLineAsync().WaitAsync(Limit, TimeProvider.System) is { } line)
        {
            if (JsonElement.Parse(line).TryGetProperty("data", out var qmp))
                return Text(qmp.GetProperty("data"), "state");
        }
        return null;
    }

    private async Task<string[]> ThawAsync(string body) => [.. Items((await PostAsync("v1/freezes:thaw", body)).Body).Select(vm => $"{Text(vm, "name")} {Text(vm, "result")}")];

    private async Task<(HttpStatusCode Status, JsonElement Body, string? Location)> PostAsync(string path, string? body = null)
    {
        using var content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _node.Http.PostAsync(path, content);
        return (answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsStringAsync()), answer.Headers.Location?.ToString());
    }

    private async Task<JsonElement> GetAsync(string path) => JsonElement.Parse(await _node.Http.GetStringAsync(path));

    private static JsonElement[] Items(JsonElement body) => [.. body.GetProperty("items").EnumerateArray()];

    private static JsonElement[] Vms(JsonElement group) => [.. group.GetProperty("vms").EnumerateArray()];

    private static string? Text(JsonElement value, string member) => value.TryGetProperty(member, out var text) ? text.GetString() : null;

    private static FakeVm Freezable(string name, int number)
    {
        string[] commands = ["guest-ping", "guest-info", "guest-get-osinfo", "guest-fsfreeze-freeze", "guest-fsfreeze-freeze-list", "guest-fsfreeze-thaw", "guest-fsfreeze-status"];
        var vm = new FakeVm(name, new Guid(number, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 0));
        var info = $$"""{"version": "7.2.22", "supported_commands": [{{string.Join(", ", commands.Select(command => $$"""{"name": "{{command}}", "enabled": true, "success-response": true}"""))}}]}""";
        vm.AgentAnswers["guest-info"] = _ => Task.FromResult(info);
        foreach (var command in commands[3..6])
            vm.AgentAnswers[command] = _ => Task.FromResult("1");
        return vm;
    }
}
