using Orchestrator.Bench.Fleet.Clients.Server;
using Orchestrator.Bench.Hostile.Turns;
using Orchestrator.Bench.Tests.Fleet.Clients;

namespace Orchestrator.Bench.Tests.Hostile.Turns;

public sealed class ProvokerTests : IAsyncDisposable
{
    private const string Ping = "POST /v1/vms/hostile/agent/guest-ping?timeoutMs=1000";
    private const string Release = "POST /v1/vms/hostile:release";
    private readonly ScriptedServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_command_follows_the_answered_one()
    {
        var (releases, requests) = await ProvokeAsync(releases: true, Outcome("Succeeded"), Outcome("Succeeded"));

        Assert.Equal([Ping, Ping], requests);
        Assert.Equal(0, releases);
    }

    [Fact]
    public async Task A_quarantined_guest_is_released_before_the_next_command()
    {
        var (releases, requests) = await ProvokeAsync(releases: true, Outcome("Undelivered", "GuestQuarantined"), ("200 OK", "{}"), Outcome("Succeeded"));

        Assert.Equal([Ping, Release, Ping], requests);
        Assert.Equal(1, releases);
    }

    [Fact]
    public async Task A_release_that_came_too_late_is_not_counted()
    {
        var (releases, requests) = await ProvokeAsync(releases: true, Outcome("Undelivered", "GuestQuarantined"), ("409 Conflict", "{}"), Outcome("Succeeded"));

        Assert.Equal([Ping, Release, Ping], requests);
        Assert.Equal(0, releases);
    }

    [Fact]
    public async Task A_lost_command_is_no_quarantine()
    {
        var (releases, requests) = await ProvokeAsync(releases: true, Outcome("Unknown", "VmLost"), Outcome("Succeeded"));

        Assert.Equal([Ping, Ping], requests);
        Assert.Equal(0, releases);
    }

    [Fact]
    public async Task A_quarantine_stays_where_it_is_not_to_be_released()
    {
        var (releases, requests) = await ProvokeAsync(releases: false, Outcome("Undelivered", "GuestQuarantined"), Outcome("Undelivered", "GuestQuarantined"));

        Assert.Equal([Ping, Ping], requests);
        Assert.Equal(0, releases);
    }

    [Fact]
    public async Task No_second_command_is_sent_while_one_is_outstanding()
    {
        using var api = new ServerApi(_server.Path);
        var provoker = new Provoker(api, "hostile", releases: true);

        await provoker.NextAsync(CancellationToken.None);
        await provoker.NextAsync(CancellationToken.None);
        await provoker.NextAsync(CancellationToken.None);

        Assert.Equal([Ping], await _server.AnswerAsync(Outcome("Succeeded")));
        await provoker.EndAsync();
    }

    private async Task<(int Releases, IReadOnlyList<string> Requests)> ProvokeAsync(bool releases, params (string, string)[] answers)
    {
        var answering = _server.AnswerAsync(answers);
        using var api = new ServerApi(_server.Path);
        var provoker = new Provoker(api, "hostile", releases);
        for (var steps = 2; steps > 0; steps--)
        {
            await provoker.NextAsync(CancellationToken.None);
            await provoker.EndAsync();
        }
        return (provoker.Releases, await answering);
    }

    private static (string, string) Outcome(string phase, string? reason = null) =>
        ("200 OK", reason is null ? $$"""{"phase":"{{phase}}"}""" : $$"""{"phase":"{{phase}}","reason":"{{reason}}"}""");
}
