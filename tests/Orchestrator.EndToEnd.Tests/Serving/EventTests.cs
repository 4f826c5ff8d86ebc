using System.Text.Json;
using Orchestrator.Actors.Events;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Processes;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Serving;

/// <summary>The node's stream of events. A storage daemon makes as many real ones as wanted: each job of it changes its status five times, and once more when it is dismissed.</summary>
public sealed class EventTests : IAsyncLifetime
{
    private const string Name = "store";
    private const int EventsPerJob = 6;
    private const int EventsKept = 16_384;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private readonly string _directory = Directory.CreateTempSubdirectory("orc-").FullName;
    private RealStorageDaemon _store = null!;
    private OrchestratorServer _server = null!;
    private int _jobs;

    private string TestMonitor => Path.Combine(_directory, Name, "test.sock");

    public async Task InitializeAsync()
    {
        _store = await RealStorageDaemon.StartAsync(
            Path.Combine(_directory, Name, "qmp.sock"), "--chardev", $"socket,path={TestMonitor},server=on,wait=off,id=t", "--monitor", "chardev=t");
        _server = await OrchestratorServer.StartAsync("--vm-dir", _directory);
        await _server.VmAsync(Name, vm => vm.Is("state", "Running") && vm.TryGetProperty("id", out _), "is attached");
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Event_is_a_cloud_event_around_what_qemu_said()
    {
        await using var stream = await _server.Api.OpenAsync("/v1/events");
        await RunJobsAsync(1);

        var vm = (await _server.Api.GetAsync($"/v1/vms/{Name}")).Body;
        var created = await stream.EventAsync("JOB_STATUS_CHANGE", Name);
        Assert.Equal("1.0", created.Text("specversion"));
        Assert.Equal("io.orchestrator.qmp.JOB_STATUS_CHANGE", created.Text("type"));
        Assert.Equal("host", created.Text("provenance"));
        Assert.Equal(vm.Text("id"), created.Text("partitionkey"));
        Assert.Equal($"/hosts/{vm.Text("host")}/vms/{vm.Text("id")}", created.Text("source"));
        Assert.EndsWith($":{created.Text("sequence")}", created.Text("id"));
        // That of the stream knows besides when it began, for logs that come later.
        var found = (await _server.Api.GetAsync($"/v1/events/{created.Text("id")}")).Body;
        Assert.Equal(PlaceOf(created, vm.Text("host")!)!, PlaceOf(found, vm.Text("host")!));
        var data = created.GetProperty("data");
        Assert.Equal("created", data.GetProperty("data").Text("status"));
        Assert.Equal(DateTimeOffset.Parse(created.Text("time")!).ToUnixTimeSeconds(), data.GetProperty("timestamp").GetProperty("seconds").GetInt64());
        Assert.Equal("running", (await stream.EventAsync("JOB_STATUS_CHANGE", Name)).GetProperty("data").GetProperty("data").Text("status"));
    }

    [Fact]
    public async Task Reader_goes_on_behind_the_last_event_it_has()
    {
        await RunJobsAsync(2);
        await using var all = await _server.Api.OpenAsync("/v1/events?from=beginning");
        var told = new List<JsonElement>();
        while (told.Count < 2 * EventsPerJob)
            told.Add(await all.NextAsync(IsOfVm));
        Assert.Equal(Enumerable.Range(1, told.Count).Select(number => $"{number}"), told.Select(happened => happened.Text("sequence")));

        await using var rest = await _server.Api.OpenAsync($"/v1/events?cursor={told[6].Text("cursor")}");
        Assert.Equal("8", (await rest.NextAsync())!.Value.Text("sequence"));
        await using var events = await _server.Api.OpenAsync("/v1/events", "text/event-stream", ("Last-Event-ID", told[6].Text("cursor")!));
        Assert.Equal("retry: 1000", await events.LineAsync());
        Assert.Equal("", await events.LineAsync());
        Assert.Equal("event: event", await events.LineAsync());
        Assert.Equal($"id: {told[7].Text("cursor")}", await events.LineAsync());
        Assert.Equal("8", JsonElement.Parse((await events.LineAsync())!["data: ".Length..]).Text("sequence"));
        Assert.Equal("", await events.LineAsync());
    }

    [Fact]
    public async Task Reader_gets_only_the_types_and_the_vms_it_asks_for()
    {
        await using var others = await _server.Api.OpenAsync("/v1/events?from=beginning&target=not%20store");
        await using var types = await _server.Api.OpenAsync("/v1/events?from=beginning&type=io.orchestrator.*.JOB_STATUS*&target=store");
        await RunJobsAsync(1);
        await types.EventAsync("JOB_STATUS_CHANGE", Name);

        var silent = others.NextAsync(IsOfVm);
        await using var none = await _server.Api.OpenAsync("/v1/events?from=beginning&type=STOP");
        var silentToo = none.NextAsync(IsOfVm);
        await RunJobsAsync(1);
        for (var count = 1; count < 2 * EventsPerJob; count++)
            await types.EventAsync("JOB_STATUS_CHANGE", Name);
        Assert.False(silent.IsCompleted || silentToo.IsCompleted);
    }

    [Fact]
    public async Task Reader_gets_what_is_no_longer_in_memory()
    {
        var jobs = (EventsKept / EventsPerJob) + 2;
        await using var last = await _server.Api.OpenAsync("/v1/events");
        await RunJobsAsync(jobs);
        await last.NextAsync(happened => happened.Text("sequence") == $"{jobs * EventsPerJob}");

        await using var stream = await _server.Api.OpenAsync("/v1/events?from=beginning&follow=false");
        var all = await stream.AllAsync();

        Assert.Equal(Enumerable.Range(1, jobs * EventsPerJob).Select(number => $"{number}"), all.Where(IsOfVm).Select(happened => happened.Text("sequence")));
        Assert.Equal("io.orchestrator.stream.caughtup", all[^1].Text("type"));
    }

    [Fact]
    public async Task Client_shows_events_until_it_is_interrupted()
    {
        await using var watch = _server.StartCli("event", "watch", "--from-beginning", "--type", "*JOB_STATUS_CHANGE");
        await RunJobsAsync(1);
        await Eventually.TrueAsync(() => watch.Output.Contains("\"status\":\"null\"", StringComparison.Ordinal), Limit, "the client shows the job's end");

        watch.Send(Signal.Terminate);
        await watch.ExitedAsync(Limit);

        Assert.Equal(130, watch.ExitCode);
        Assert.Contains("qmp.JOB_STATUS_CHANGE", watch.Output);
    }

    private static bool IsOfVm(JsonElement happened) => happened.Is("subject", Name);

    private async Task RunJobsAsync(int count)
    {
        await using var monitor = await RawPeer.NegotiateAsync(TestMonitor);
        for (var end = _jobs + count; _jobs < end; _jobs++)
        {
            var options = $$"""{"driver":"file","filename":"{{_directory}}/image","size":0}""";
            await monitor.SendAsync($$$"""{"execute":"blockdev-create","arguments":{"job-id":"j{{{_jobs}}}","options":{{{options}}}}}""");
            while (!(await monitor.EventAsync("JOB_STATUS_CHANGE")).GetProperty("status").ValueEquals("concluded"))
            {
            }

            await monitor.SendAsync($$$"""{"execute":"job-dismiss","arguments":{"id":"j{{{_jobs}}}"}}""");
            await monitor.EventAsync("JOB_STATUS_CHANGE");
        }
    }

    private static EventPosition? PlaceOf(JsonElement happened, string host) => EventCursor.TryParse(happened.Text("cursor"), out var cursor) ? cursor[host] : null;
}
