using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.HardBehaviours;

/// <summary>
/// Real guests with a hostile program in the place of the agent, beside an honest one. Whatever they send, they end in quarantine with proof of it,
/// nothing they said is told as anybody else's word, and the honest guest does not notice.
/// </summary>
public sealed class HostileGuestTests : IAsyncLifetime
{
    private const string Evil = "evil";
    private const string Flapping = "flapping";
    private const string Honest = "honest";
    private const string Marker = "EVIL";
    private const long MaxMoreMemory = 256L * 1024 * 1024;

    /// <summary>Modes of the hostile program, and the budget that each exceeds.</summary>
    private static readonly (string Name, string Kind)[] Modes =
    [
        ("replies", "Violations"), ("events", "Violations"), ("deep", "Violations"), ("text", "Violations"), ("syncs", "StaleMessages"), ("flood", "UnaskedBytes"),
    ];

    /// <summary>Ends of commands to a guest that says what it should not: each true of one moment.</summary>
    private static readonly string[] Ends =
    [
        "Failed GuestProtocolViolation", "Unknown AgentUnresponsive", "Unknown AgentRestarted", "Unknown GuestQuarantined",
        "Undelivered AgentUnresponsive", "Undelivered AgentAbsent", "Undelivered GuestQuarantined",
    ];

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly RealVmDirectory _directory = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentQueue<string> _events = new();
    private RealVm _evil = null!;
    private OrchestratorServer _server = null!;

    private ApiClient Api => _server.Api;

    public async Task InitializeAsync()
    {
        _evil = await _directory.AddVmAsync(new() { Name = Evil, KernelArguments = RealVmOptions.Hostile(Modes.Select(mode => mode.Name)) });
        var flapping = await _directory.AddVmAsync(new() { Name = Flapping, KernelArguments = RealVmOptions.Hostile("slow", "flap") });
        var honest = await _directory.AddVmAsync(new() { Name = Honest });
        await Task.WhenAll(_evil.BootedAsync(Limit), flapping.BootedAsync(Limit), honest.BootedAsync(Limit));
        _server = await OrchestratorServer.StartAsync("--vm-dir", _directory.Path);
        await _server.ReadyAsync(Honest);
    }

    public async Task DisposeAsync()
    {
        await _ended.CancelAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        await _directory.DisposeAsync();
        _ended.Dispose();
    }

    [Fact]
    public async Task Hostile_guests_harm_nobody_but_themselves_and_are_trusted_again_when_they_behave()
    {
        for (var i = 0; i < 20; i++)
            (await Api.AgentAsync(Honest, "guest-get-host-name")).Succeeds();
        var before = Memory("VmRSS");
        var honest = AskHonestAsync();
        var events = RecordEventsAsync();
        var flapping = SlowAndFlappingAsync();

        foreach (var (mode, kind) in Modes)
        {
            await Eventually.TrueAsync(() => _evil.Console.Contains($"hostile-agent: {mode}"), Limit, $"the guest is hostile by {mode}");
            if (mode != Modes[0].Name)
                Assert.Equal(HttpStatusCode.OK, (await Api.PostAsync($"/v1/vms/{Evil}:release")).Status);
            await AskUntilQuarantinedAsync();
            await AssertProvenAsync(kind);
            await PressPowerButtonAsync(Evil);
        }
        await flapping;

        (await Api.AgentAsync(Evil, "guest-ping")).Ends("Undelivered", "GuestQuarantined", "None");
        var released = await _server.CliAsync("vm", "release", "--all");
        Assert.Equal((0, 2), (released.ExitCode, released.Lines.Length));
        foreach (var vm in (string[])[Evil, Flapping])
        {
            await _server.ReadyAsync(vm);
            Assert.Equal(vm, (await Api.AgentAsync(vm, "guest-get-host-name")).Result().Text("host-name"));
        }
        Assert.Equal((int)HttpStatusCode.Conflict, (int)(await Api.PostAsync($"/v1/vms/{Evil}:release")).Status);

        await _ended.CancelAsync();
        Assert.True(await honest > 0);
        await events;
        Assert.Equal(Modes.Length + 1, _events.Count(line => line.Contains("GUEST_QUARANTINED", StringComparison.Ordinal)));
        Assert.All(_events, line => Assert.DoesNotContain(Marker, line));
        Assert.DoesNotContain(_events, line => line.Contains("SHUTDOWN", StringComparison.Ordinal));
        Assert.InRange(Memory("VmHWM") - before, long.MinValue, MaxMoreMemory);
        Assert.DoesNotContain("fail: ", _server.Process.Output);
        Assert.DoesNotContain("Exception", _server.Process.Output);
    }

    /// <summary>Every command ends in an outcome of its own; what the guest says passes only where it fits the schema.</summary>
    private async Task AskUntilQuarantinedAsync()
    {
        var commands = (string[])["guest-get-host-name", "guest-get-osinfo", "guest-get-time"];
        await Eventually.TrueAsync(
            async () =>
            {
                var command = commands[Random.Shared.Next(commands.Length)];
                var outcome = await Api.AgentAsync(Evil, command, timeoutMs: 3_000);
                var (phase, reason) = (outcome.Text("phase"), outcome.Text("reason"));
                if (phase == "Succeeded")
                    // All members of guest-get-osinfo are optional, and what it does not know is dropped.
                    Assert.Equal(command == "guest-get-osinfo" ? "{}" : $$"""{"host-name":"{{Marker}}"}""", outcome.GetProperty("result").GetRawText());
                else
                    Assert.Contains($"{phase} {reason}", Ends);
                if (reason == "GuestProtocolViolation")
                    Assert.DoesNotContain(Marker, outcome.GetRawText());
                return reason == "GuestQuarantined";
            },
            Limit,
            "the guest is quarantined");
    }

    private async Task AssertProvenAsync(string kind)
    {
        var vm = await _server.VmAsync(Evil, vm => vm.Is("agent", "Quarantined"), "is quarantined");
        Assert.Equal(("Running", kind), (vm.Text("state"), vm.GetProperty("quarantine").Text("kind")));
        var shown = await _server.CliAsync("vm", "get", Evil);
        Assert.Matches("quarantine.evidence\\[0\\].hex +[0-9a-f]{2,128}\n", shown.Out);
        Assert.Matches("quarantine.reason +more than ", shown.Out);
    }

    /// <summary>An answer of one byte a second costs its command and nothing else; then the port opens and closes without end.</summary>
    private async Task SlowAndFlappingAsync()
    {
        var outcome = await Api.AgentAsync(Flapping, "guest-get-host-name", timeoutMs: 3_000);
        // Its turn may not even have come: the node's own question before it is answered as slowly.
        Assert.Contains(outcome.Text("reason"), new[] { "AgentUnresponsive", "QueueDeadline" });
        await PressPowerButtonAsync(Flapping);
        await Eventually.TrueAsync(
            async () => (await Api.GetAsync($"/v1/vms/{Flapping}")).Body.Is("agent", "Quarantined"), Limit, "the guest that opens and closes its port is quarantined");
        Assert.Equal("PortChanges", (await Api.GetAsync($"/v1/vms/{Flapping}")).Body.GetProperty("quarantine").Text("kind"));
        await PressPowerButtonAsync(Flapping);
    }

    /// <summary>Asks the honest guest until the test ends: it must always answer, and for itself.</summary>
    private async Task<int> AskHonestAsync()
    {
        var answers = 0;
        for (; !_ended.IsCancellationRequested; answers++)
            Assert.Equal(Honest, (await Api.AgentAsync(Honest, "guest-get-host-name")).Result().Text("host-name"));
        return answers;
    }

    private async Task RecordEventsAsync()
    {
        await using var stream = await Api.OpenAsync("/v1/events?from=beginning");
        using var ended = _ended.Token.Register(() => stream.DisposeAsync().AsTask());
        try
        {
            while (await stream.LineAsync() is { } line)
                _events.Enqueue(line);
        }
        catch (Exception e) when (_ended.IsCancellationRequested && e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task PressPowerButtonAsync(string vm) => (await Api.QmpAsync(vm, "system_powerdown")).Succeeds();

    private long Memory(string what)
    {
        var line = File.ReadLines($"/proc/{_server.Process.Id}/status").Single(line => line.StartsWith(what + ":", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }
}
