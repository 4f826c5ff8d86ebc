using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using static Orchestrator.EndToEnd.Tests.Freezing.FreezableFixture;

namespace Orchestrator.EndToEnd.Tests.Freezing;

[Collection(FreezableCollection.Name)]
public sealed class FreezeGroupTests(FreezableFixture guests)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Group_of_real_guests_is_frozen_together_and_thawed_together()
    {
        var group = await guests.FreezeAsync($$"""{"target":"{{First}},{{Second}}"}""");
        try
        {
            Assert.All(Vms(group), vm => Assert.Equal(("Frozen", "Fs", 1), (vm.Text("stage"), vm.Text("consistency"), vm.Number("filesystems"))));
            Assert.All(await Task.WhenAll(Statuses()), status => Assert.Equal("frozen", status));
            (await guests.Api.ShellAsync(First, "true")).Ends("Refused", "AgentFrozen", "None");
        }
        finally
        {
            group = (await guests.Api.PostAsync($"/v1/freezes/{group.Text("id")}:thaw")).Body;
        }

        Assert.Equal("Thawed", group.Text("phase"));
        Assert.All(Vms(group), vm => Assert.True(vm.GetProperty("frozenMs").GetDouble() > 0));
        Assert.All(await Task.WhenAll(Statuses()), status => Assert.Equal("thawed", status));
        (await guests.Api.ShellAsync(First, "touch /mnt/data/after")).Succeeds();
    }

    [Fact]
    public async Task Guest_without_a_filesystem_to_freeze_keeps_the_others_from_being_frozen()
    {
        var answer = await guests.Api.PostAsync("/v1/freezes", $$"""{"target":"{{First}},{{WithoutDisk}}"}""");

        Assert.Equal("Failed", answer.Body.Text("phase"));
        Assert.Equal(["Thawed GroupFailed", "Failed NothingToFreeze"], Vms(answer.Body).Select(vm => $"{vm.Text("stage")} {vm.Text("reason")}"));
        await guests.ThawedAsync(First);
    }

    [Fact]
    public async Task Lease_that_nobody_extends_thaws_by_itself()
    {
        var group = await guests.FreezeAsync($$"""{"target":"{{First}}","ttlMs":1500}""");

        await Eventually.TrueAsync(async () => (await guests.Api.GetAsync($"/v1/freezes/{group.Text("id")}")).Body.Is("phase", "Thawed"), Limit, "the group is thawed");

        Assert.Equal("Expired", Vms((await guests.Api.GetAsync($"/v1/freezes/{group.Text("id")}")).Body).Single().Text("cause"));
        await guests.ThawedAsync(First);
    }

    [Fact]
    public async Task Guest_that_was_frozen_when_its_server_was_killed_is_thawed_by_the_next_one()
    {
        await guests.FreezeAsync($$"""{"target":"{{First}},{{Second}}","ttlMs":3600000}""");

        await guests.KillAndRestartAsync();

        await Task.WhenAll(guests.ThawedAsync(First), guests.ThawedAsync(Second));
        Assert.Empty((await guests.Api.GetAsync("/v1/freeze-leases")).Items());
    }

    [Fact]
    public async Task Thaw_comes_through_where_the_queue_is_full()
    {
        var group = await guests.FreezeAsync($$"""{"target":"{{First}}"}""");
        var pings = Enumerable.Range(0, 200).Select(_ => guests.Api.AgentAsync(First, "guest-ping")).ToArray();

        var thawed = (await guests.Api.PostAsync($"/v1/freezes/{group.Text("id")}:thaw")).Body;

        Assert.Equal("Thawed", thawed.Text("phase"));
        await Task.WhenAll(pings);
        await guests.ThawedAsync(First);
    }

    [Fact]
    public async Task Anothers_freeze_is_seen_and_thawed_only_by_force()
    {
        (await guests.Api.AgentAsync(Second, "guest-fsfreeze-freeze")).Succeeds();
        Assert.Equal("FrozenForeign", (await guests.Api.GetAsync($"/v1/vms/{Second}")).Body.Text("freeze"));

        Assert.Equal(4, (await guests.Server.CliAsync("thaw", "-t", Second)).ExitCode);
        Assert.Equal(0, (await guests.Server.CliAsync("thaw", "-t", Second, "--force-thaw")).ExitCode);

        await guests.ThawedAsync(Second);
    }

    private IEnumerable<Task<string>> Statuses() =>
        ((string[])[First, Second]).Select(async vm => (await guests.Api.AgentAsync(vm, "guest-fsfreeze-status")).Result().GetString()!);

    private static JsonElement[] Vms(JsonElement group) => [.. group.GetProperty("vms").EnumerateArray()];
}
