using CsCheck;
using Orchestrator.Actors.Controllers.Shipped.Facts;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Controllers.Shipped;

public sealed class FactsControllerTests
{
    private static readonly string[] Everything = ["guest-get-host-name", "guest-get-timezone", "guest-network-get-interfaces", "guest-get-fsinfo", "guest-get-users"];
    private readonly ShippedRig _rig = new(() => new FactsController(ShippedRig.Options())) { Answer = Guest };

    [Fact]
    public async Task Everything_is_asked_once_at_first_sight()
    {
        await _rig.StartAsync();

        Assert.Equal(Everything, _rig.SentNames);
        Assert.Equal("web1", _rig.Facts["os.hostname"]);
        Assert.Equal("10.0.2.15", _rig.Facts["net.address"]);
        Assert.Equal("/", _rig.Facts["fs.mounts"]);
        Assert.Equal("41", _rig.Facts["fs.used-percent"]);
        Assert.Equal("root", _rig.Facts["users"]);
        Assert.Empty(_rig.State.Keys.Except(["state"]));
    }

    [Fact]
    public async Task Startup_that_comes_after_it_asks_nothing_again_and_that_of_another_agent_everything()
    {
        await _rig.StartAsync();
        await _rig.HappensAsync("GUEST_STARTUP");
        Assert.Equal(5, _rig.Sent.Count);

        _rig.Time.Advance(TimeSpan.FromMinutes(1));
        _rig.Vm = _rig.Vm with { Incarnation = 2 };
        await _rig.HappensAsync("GUEST_STARTUP", incarnation: 2);

        Assert.Equal(10, _rig.Sent.Count);
    }

    [Theory]
    [InlineData("GUEST_NETWORK_CHANGED", "guest-network-get-interfaces")]
    [InlineData("GUEST_USERS_CHANGED", "guest-get-users")]
    [InlineData("GUEST_FILESYSTEM_CHANGED", "guest-get-fsinfo")]
    [InlineData("GUEST_FSFREEZE_CHANGED", null)]
    [InlineData("STOP", null)]
    [InlineData("RESET", null)]
    [InlineData("SHUTDOWN", null)]
    public async Task An_event_brings_the_question_that_it_is_about(string name, string? command)
    {
        await _rig.StartAsync();
        _rig.Sent.Clear();
        _rig.Time.Advance(TimeSpan.FromMinutes(1));

        await _rig.HappensAsync(name);
        await _rig.PassAsync(300);

        Assert.Equal(command is null ? [] : [command], _rig.SentNames);
    }

    [Theory]
    [InlineData(59, false, 0)]
    [InlineData(60, false, 5)]
    [InlineData(1, true, 5)]
    public async Task Long_pause_or_a_loaded_snapshot_brings_all_questions(double seconds, bool isLoaded, int commands)
    {
        await _rig.StartAsync();
        _rig.Sent.Clear();

        await _rig.HappensAsync("STOP");
        _rig.Time.Advance(TimeSpan.FromSeconds(seconds));
        if (isLoaded)
            await _rig.HappensAsync("RESET", """{"guest":false,"reason":"snapshot-load"}""");
        await _rig.HappensAsync("RESUME");

        Assert.Equal(commands, _rig.Sent.Count);
    }

    [Fact]
    public async Task What_is_due_waits_for_a_guest_that_is_ready()
    {
        _rig.Vm = _rig.Vm with { Agent = AgentState.Absent };
        await _rig.StartAsync();
        await _rig.PassAsync(300);
        _rig.Vm = _rig.Vm with { Agent = AgentState.Ready, Freeze = FreezeState.Frozen };
        await _rig.PassAsync(300);
        Assert.Empty(_rig.Sent);

        _rig.Vm = _rig.Vm with { Freeze = FreezeState.Thawed };
        await _rig.HappensAsync("GUEST_FSFREEZE_CHANGED", """{"state":"thawed"}""");

        Assert.Equal(Everything, _rig.SentNames);
    }

    [Fact]
    public async Task What_an_agent_lacks_is_noted_once_and_not_asked_again_until_it_is_another_one()
    {
        _rig.Answer = command => command.Name == "guest-get-users" ? throw ShippedRig.Failure(command.Name, Phase.Refused, Reasons.Unsupported) : Guest(command);
        await _rig.StartAsync();
        await _rig.HappensAsync("GUEST_USERS_CHANGED");
        await _rig.PassAsync(300);
        Assert.Single(_rig.SentNames, "guest-get-users");
        Assert.Contains("Users", Assert.Single(_rig.Notes), StringComparison.Ordinal);
        Assert.Equal("web1", _rig.Facts["os.hostname"]);

        _rig.Answer = Guest;
        _rig.Vm = _rig.Vm with { Guest = _rig.Vm.Guest! with { AgentVersion = "8.0" } };
        await _rig.HappensAsync("GUEST_USERS_CHANGED");
        await _rig.PassAsync(30);

        Assert.Equal("root", _rig.Facts["users"]);
    }

    [Fact]
    public async Task Failures_leave_the_rest_due_and_are_tried_again_a_few_times()
    {
        _rig.Answer = command => throw ShippedRig.Failure(command.Name, Phase.Unknown, Reasons.AgentUnresponsive);
        await _rig.StartAsync();
        await _rig.PassAsync(600);
        Assert.Equal(FactsRules.MaxFailures, _rig.Sent.Count);

        _rig.Answer = Guest;
        _rig.Sent.Clear();
        await _rig.GapAsync();

        Assert.Equal(Everything, _rig.SentNames);
    }

    [Fact]
    public async Task Guest_that_claims_changes_over_and_over_is_asked_once_in_a_while()
    {
        await _rig.StartAsync();
        _rig.Sent.Clear();
        for (var i = 0; i < 100; i++)
            await _rig.HappensAsync("GUEST_NETWORK_CHANGED");
        Assert.Empty(_rig.Sent);

        await _rig.PassAsync(30);

        Assert.Equal(["guest-network-get-interfaces"], _rig.SentNames);
    }

    [Fact]
    public async Task Only_areas_that_are_wanted_are_asked_and_as_often_as_is_wanted()
    {
        var rig = new ShippedRig(() => new FactsController(ShippedRig.Options(("areas", "fs, users"), ("refresh", "10m")))) { Answer = Guest };
        await rig.StartAsync();
        await rig.HappensAsync("GUEST_NETWORK_CHANGED");
        Assert.Equal(["guest-get-fsinfo", "guest-get-users"], rig.SentNames);

        await rig.PassAsync(1_800);

        Assert.Equal(8, rig.Sent.Count);
    }

    /// <summary>Whatever happens, nothing is asked of a guest that cannot answer, and what has changed is known in the end.</summary>
    [Fact]
    public Task Whatever_happens_what_has_changed_is_known_in_the_end() => Gen.Int[0, 9].Array[0, 40].SampleAsync(async steps =>
    {
        var rig = new ShippedRig(() => new FactsController(ShippedRig.Options()));
        var (user, isAway) = (0, false);
        rig.Answer = command =>
        {
            Assert.True(rig.Vm is { State: VmState.Running, Agent: AgentState.Ready, Freeze: FreezeState.Thawed });
            return command.Name != "guest-get-users" ? Guest(command) : isAway ? throw ShippedRig.Failure(command.Name, Phase.Unknown, Reasons.AgentUnresponsive) : Users(user);
        };
        await rig.StartAsync();
        foreach (var step in steps)
        {
            switch (step)
            {
                case 0 or 1:
                    user++;
                    await rig.HappensAsync("GUEST_USERS_CHANGED");
                    break;
                case 2:
                    rig.Vm = rig.Vm with { Agent = AgentState.Unresponsive };
                    break;
                case 3:
                    rig.Vm = rig.Vm with { Agent = AgentState.Ready };
                    break;
                case 4:
                    rig.Vm = rig.Vm with { Freeze = rig.Vm.Freeze == FreezeState.Thawed ? FreezeState.Frozen : FreezeState.Thawed };
                    break;
                case 5:
                    isAway = !isAway;
                    break;
                case 6:
                    await rig.RestartAsync();
                    break;
                case 7:
                    await rig.HappensAsync("STOP");
                    await rig.HappensAsync("RESUME");
                    break;
                default:
                    await rig.PassAsync(30);
                    break;
            }
        }
        (rig.Vm, isAway) = (rig.Vm with { Agent = AgentState.Ready, Freeze = FreezeState.Thawed }, false);
        user++;
        await rig.HappensAsync("GUEST_USERS_CHANGED");
        await rig.PassAsync(30);
        Assert.Equal($"u{user}", rig.Facts["users"]);
    }, iter: 1_000);

    internal static string Guest(EncodedCommand command) => command.Name switch
    {
        "guest-get-host-name" => """{"host-name":"web1"}""",
        "guest-get-timezone" => """{"zone":"CET","offset":3600}""",
        "guest-network-get-interfaces" => """[{"name":"eth0","hardware-address":"52:54:00:12:34:56","ip-addresses":[{"ip-address":"10.0.2.15","ip-address-type":"ipv4","prefix":24}]}]""",
        "guest-get-fsinfo" => """[{"name":"vda1","mountpoint":"/","type":"ext4","disk":[],"total-bytes":1000,"used-bytes":401}]""",
        "guest-get-users" => """[{"user":"root","login-time":1700000000.5}]""",
        _ => throw new InvalidOperationException($"nobody should ask {command.Name}"),
    };

    private static string Users(int user) => $$"""[{"user":"u{{user}}","login-time":1}]""";
}
