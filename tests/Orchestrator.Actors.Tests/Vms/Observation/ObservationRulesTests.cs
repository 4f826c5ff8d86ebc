using System.Text;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Observation;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Vms.Observation;

public sealed class ObservationRulesTests
{
    private static readonly VmCondition Serving = new() { Qmp = QmpLink.Online, RunState = "running", Agent = AgentState.Ready };

    [Fact]
    public void Guest_that_serves_can_be_asked_everything_if_it_did_not_tell_what_it_can_do() =>
        Assert.Equal(GuestAspects.All, ObservationRules.Able(Serving, isIdentified: true));

    [Fact]
    public void Guest_that_was_not_asked_yet_what_it_can_do_is_asked_nothing_else() =>
        Assert.Equal(GuestAspects.None, ObservationRules.Able(Serving, isIdentified: false));

    [Theory]
    [InlineData("guest-network-get-interfaces", GuestAspects.Network)]
    [InlineData("guest-get-users", GuestAspects.Users)]
    [InlineData("guest-get-fsinfo", GuestAspects.Filesystems)]
    [InlineData("guest-exec-status", GuestAspects.Programs)]
    [InlineData("guest-exec", GuestAspects.None)]
    public void Guest_is_asked_only_what_it_has_said_it_takes(string command, GuestAspects able)
    {
        foreach (var enabled in new[] { true, false })
        {
            var info = $$"""{"version": "1", "supported_commands": [{"name": "{{command}}", "enabled": {{(enabled ? "true" : "false")}}, "success-response": true}]}""";
            var condition = Serving with { Capabilities = AgentCapabilities.Parse(Encoding.UTF8.GetBytes(info)) };

            Assert.Equal(enabled ? able : GuestAspects.None, ObservationRules.Able(condition, isIdentified: true));
        }
    }

    public static TheoryData<string> Troubles => ["paused", "inmigrate", "shutdown", "switchover", "silent", "down", "connecting", "absent", "quarantined", "frozen", "foreign", "freezing", "thawing"];

    [Theory]
    [MemberData(nameof(Troubles))]
    public void Guest_that_cannot_answer_or_should_be_left_alone_is_asked_nothing(string trouble)
    {
        var condition = trouble switch
        {
            "switchover" => Serving with { Migration = MigrationStage.Switchover },
            "silent" => Serving with { Qmp = QmpLink.Silent },
            "down" => Serving with { Qmp = QmpLink.Down },
            "connecting" => Serving with { Agent = AgentState.Connecting },
            "absent" => Serving with { Agent = AgentState.Absent },
            "quarantined" => Serving with { Agent = AgentState.Quarantined },
            "frozen" => Serving with { Freeze = FreezeState.Frozen },
            "foreign" => Serving with { Freeze = FreezeState.FrozenForeign },
            "freezing" => Serving with { Freeze = FreezeState.Freezing },
            "thawing" => Serving with { Freeze = FreezeState.Thawing },
            _ => Serving with { RunState = trouble },
        };

        Assert.Equal(GuestAspects.None, ObservationRules.Able(condition, isIdentified: true));
    }

    [Theory]
    [InlineData("RESUME", null, GuestAspects.Network | GuestAspects.Users | GuestAspects.Filesystems)]
    [InlineData("MIGRATION", "completed", GuestAspects.Network | GuestAspects.Users | GuestAspects.Filesystems)]
    [InlineData("MIGRATION", "active", GuestAspects.None)]
    [InlineData("NIC_RX_FILTER_CHANGED", null, GuestAspects.Network)]
    [InlineData("DEVICE_DELETED", null, GuestAspects.Network | GuestAspects.Filesystems)]
    [InlineData("DEVICE_TRAY_MOVED", null, GuestAspects.Filesystems)]
    [InlineData("BLOCK_IO_ERROR", null, GuestAspects.Filesystems)]
    [InlineData("STOP", null, GuestAspects.None)]
    [InlineData("BLOCKED", null, GuestAspects.None)]
    public void Events_that_may_mean_a_change(string name, string? status, GuestAspects aspects) => Assert.Equal(aspects, ObservationRules.ChangedBy(name, status));

    [Theory]
    [InlineData("guest-ping", GuestAspects.None)]
    [InlineData("guest-fsfreeze-thaw", GuestAspects.Filesystems)]
    [InlineData("guest-fstrim", GuestAspects.Filesystems)]
    public void Commands_that_may_mean_a_change(string name, GuestAspects aspects) => Assert.Equal(aspects, ObservationRules.ChangedBy(EncodedCommand.ForGuest(name)));

    [Theory]
    [InlineData("device_add", GuestAspects.Network | GuestAspects.Filesystems)]
    [InlineData("set_link", GuestAspects.Network)]
    [InlineData("block_resize", GuestAspects.Filesystems)]
    [InlineData("query-status", GuestAspects.None)]
    public void Commands_of_QEMU_that_may_mean_a_change(string name, GuestAspects aspects) => Assert.Equal(aspects, ObservationRules.ChangedBy(EncodedCommand.ForQmp(name)));

    [Fact]
    public void VMs_are_spread_over_the_whole_time_and_each_has_its_place()
    {
        var spreads = Enumerable.Range(0, 1000).Select(number => ObservationRules.SpreadOf($"web{number:000}")).ToArray();

        Assert.All(spreads, spread => Assert.InRange(spread, 0, 1));
        Assert.All(Enumerable.Range(0, 4), quarter => Assert.InRange(spreads.Count(spread => (int)(spread * 3.999) == quarter), 150, 350));
        Assert.Equal(spreads[7], ObservationRules.SpreadOf("web007"));
    }
}
