using System.Globalization;
using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Plugins;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Events;

/// <summary>
/// The promise of the event log: a subscriber that is cut off and returns with its cursor has every event of a fleet of real VMs, in order per VM, with
/// the node killed in between, and a controller made from the template does its work through the same. Each VM's own second monitor is the judge of
/// what happened and in which order.
/// </summary>
public sealed class KilledReaderTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly string[] Names = ["one", "two", "three"];
    private readonly RealVmDirectory _directory = new();
    private readonly DirectoryInfo _plugin = Directory.CreateTempSubdirectory("orc-plugin-");
    private readonly Dictionary<string, RealVm> _vms = [];
    private OrchestratorServer _server = null!;

    public async Task InitializeAsync()
    {
        foreach (var name in Names)
            _vms[name] = await _directory.AddVmAsync(new RealVmOptions { Name = name });
        PluginBuild.CopyTemplate(_plugin.FullName);
        var assembly = await PluginBuild.BuildAsync(_plugin.FullName, "MyController");
        var config = Path.Combine(_plugin.FullName, "orchestrator.yaml");
        await File.WriteAllTextAsync(config, $"vm-dirs: [{_directory.Path}]\ncontrollers:\n- {{name: boot-count, assembly: {assembly}}}\n");
        await Task.WhenAll(_vms.Values.Select(vm => vm.BootedAsync(Limit)));
        _server = await OrchestratorServer.StartAsync("--config", config);
        await Task.WhenAll(Names.Select(_server.ReadyAsync));
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _directory.DisposeAsync();
        _plugin.Delete(recursive: true);
    }

    [Fact]
    public async Task Subscriber_that_returns_with_its_cursor_has_every_event_in_order_although_the_node_was_killed()
    {
        var judges = new Dictionary<string, Judge>();
        foreach (var (name, vm) in _vms)
            judges[name] = await Judge.OfAsync(vm);
        var subscriber = new Subscriber(_server);
        await subscriber.ReadAsync(seen => seen.Count > 0);

        for (var round = 0; round < 3; round++)
        {
            // The subscriber is away. All of it is in the log when another has read it; the kill comes at once after that.
            await Task.WhenAll(judges.Values.Select(judge => judge.StirAsync(4 + round)));
            await LoggedAsync(judges.Values);
            await Task.WhenAll(Names.Select(name => _server.Api.ShellAsync(name, "(sleep 0.1; killall -9 qemu-ga) >/dev/null 2>&1 &")));
            await _server.KillAndRestartAsync();
            await Task.WhenAll(Names.Select(_server.ReadyAsync));
            // And while it reads: the last of these are told to a living subscriber.
            await Task.WhenAll(judges.Values.Select(judge => judge.StirAsync(3)));
            await subscriber.ReadAsync(_ => judges.Values.All(judge => judge.Events.Count == subscriber.Told(judge.Name).Count));
        }

        Assert.Empty(subscriber.Gaps);
        foreach (var judge in judges.Values)
        {
            Assert.Equal(judge.Events, subscriber.Told(judge.Name));
            // What the template's controller keeps counts each start that the log has, once.
            await CountedAsync(subscriber, judge.Name);
            Assert.True(subscriber.Starts(judge.Name) > 3);
            await judge.DisposeAsync();
        }
    }

    /// <summary>A guest that is slow to kill its agent lets it start after the subscriber has read what it came for: then it reads on. What was counted and is not in the log never comes.</summary>
    private Task CountedAsync(Subscriber subscriber, string name) => Eventually.TrueAsync(
        async () =>
        {
            var facts = (await _server.Api.GetAsync($"/v1/vms/{name}")).Body.GetProperty("facts");
            var counted = int.Parse(facts.Text("boot-count.count") ?? "0", CultureInfo.InvariantCulture);
            if (counted > subscriber.Starts(name))
                await subscriber.ReadAsync(_ => subscriber.Starts(name) >= counted);
            return counted == subscriber.Starts(name);
        },
        Limit,
        $"each start of the agent of {name} has been counted");

    /// <summary>Another subscriber, who reads all from the beginning, has everything.</summary>
    private async Task LoggedAsync(IReadOnlyCollection<Judge> judges)
    {
        await using var other = await _server.Api.OpenAsync("/v1/events?from=beginning");
        var told = new Dictionary<string, int>();
        await other.NextAsync(happened =>
        {
            if (happened.Text("subject") is { } vm && IsStir(happened))
                told[vm] = told.GetValueOrDefault(vm) + 1;
            return judges.All(judge => told.GetValueOrDefault(judge.Name) == judge.Events.Count);
        });
    }

    /// <summary>A VM's second monitor: makes things happen that nobody else does, and has what QEMU said of them.</summary>
    private sealed class Judge(string name, RawPeer monitor) : IAsyncDisposable
    {
        private int _stirred;

        public string Name => name;

        public List<string> Events { get; } = [];

        public static async Task<Judge> OfAsync(RealVm vm) => new(vm.Options.Name, await RawPeer.NegotiateAsync(vm.TestMonitorPath));

        public async Task StirAsync(int times)
        {
            for (var time = 0; time < times; time++)
            {
                var what = _stirred++ % 2 == 0 ? "stop" : "cont";
                await monitor.SendAsync($$"""{"execute":"{{what}}"}""");
                await monitor.EventAsync(what == "stop" ? "STOP" : "RESUME");
                Events.Add(what == "stop" ? "STOP" : "RESUME");
            }
            // A paused guest is no guest that answers.
            if (_stirred % 2 == 1)
                await StirAsync(1);
        }

        public ValueTask DisposeAsync() => monitor.DisposeAsync();
    }

    /// <summary>Reads until it has what it wants, and leaves; the next time, it returns with its cursor.</summary>
    private sealed class Subscriber(OrchestratorServer server)
    {
        private readonly List<JsonElement> _seen = [];
        private readonly HashSet<string> _ids = [];
        private string? _cursor;

        public List<JsonElement> Gaps { get; } = [];

        public List<string> Told(string vm) => [.. _seen.Where(happened => happened.Is("subject", vm) && IsStir(happened)).Select(happened => happened.GetProperty("data").Text("event")!)];

        /// <summary>How often the log says that its agent has started.</summary>
        public int Starts(string vm) => _seen.Count(happened => happened.Is("subject", vm) && happened.GetProperty("data").Is("event", "GUEST_STARTUP"));

        public async Task ReadAsync(Predicate<IReadOnlyList<JsonElement>> hasEnough)
        {
            await using var stream = await server.Api.OpenAsync(_cursor is null ? "/v1/events?from=beginning" : $"/v1/events?cursor={_cursor}");
            while (!hasEnough(_seen))
            {
                var next = (await stream.NextAsync())!.Value;
                if (next.Is("type", "io.orchestrator.stream.gap"))
                    Gaps.Add(next);
                else if (next.Text("type")!.StartsWith("io.orchestrator.stream.", StringComparison.Ordinal))
                    continue;
                else if (_ids.Add(next.Text("source") + next.Text("id")))
                    _seen.Add(next);
                _cursor = next.Text("cursor");
            }
        }
    }

    private static bool IsStir(JsonElement happened) => happened.GetProperty("data").Is("event", "STOP") || happened.GetProperty("data").Is("event", "RESUME");
}
