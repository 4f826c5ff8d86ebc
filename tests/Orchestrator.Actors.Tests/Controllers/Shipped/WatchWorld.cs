using Orchestrator.Actors.Controllers.Shipped.Watchdog;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Controllers.Shipped;

/// <summary>A guest whose agent comes and goes, and <c>watchdog</c> beside it. A reset brings what it brings on QEMU: three events, and no agent.</summary>
internal sealed class WatchWorld
{
    public const int Steps = 17;

    public WatchWorld(params (string Name, string Value)[] options)
    {
        Rig = new ShippedRig(() => new WatchdogController(ShippedRig.Options(options)));
        Rig.Answer = command =>
        {
            if (command.Name == "system_reset")
                OnReset();
            return command.Name == "query-migrate" && IsMigrating ? """{"status":"active"}""" : "{}";
        };
    }

    public ShippedRig Rig { get; }

    public List<DateTimeOffset> Resets { get; } = [];

    public bool IsMigrating { get; set; }

    public IEnumerable<string> Actions => Rig.Published.Select(published => published.Data.GetProperty("action").GetString()!);

    private bool IsAgentHere => Rig.Vm.Agent == AgentState.Ready;

    /// <summary>Something happens; what makes no sense now does not.</summary>
    public Task StepAsync(int step) => step switch
    {
        0 => LoseAsync(),
        1 => ComeBackAsync(tells: true),
        2 => ComeBackAsync(tells: false),
        3 when Rig.Vm.State == VmState.Running => ChangeAsync(Rig.Vm with { State = VmState.Paused }, "STOP"),
        4 when Rig.Vm.State == VmState.Paused => ChangeAsync(Rig.Vm with { State = VmState.Running }, "RESUME"),
        5 => ChangeAsync(Rig.Vm with { Freeze = FreezeState.Frozen }, "GUEST_FSFREEZE_CHANGED", """{"state":"frozen"}"""),
        6 => ChangeAsync(Rig.Vm with { Freeze = FreezeState.Thawed }, "GUEST_FSFREEZE_CHANGED", """{"state":"thawed"}"""),
        7 => MigrateAsync("active"),
        8 => MigrateAsync("cancelled"),
        9 => ChangeAsync(Rig.Vm with { State = VmState.Stopped, Agent = AgentState.Absent }, "SHUTDOWN"),
        10 => ChangeAsync(Rig.Vm with { State = VmState.Running, Agent = AgentState.Absent }, "RESET"),
        11 => ChangeAsync(Rig.Vm with { Agent = AgentState.Quarantined }, "GUEST_QUARANTINED"),
        12 => Rig.RestartAsync(),
        13 => Rig.GapAsync(),
        14 => Rig.PassAsync(15),
        15 => Rig.PassAsync(70),
        _ => Rig.PassAsync(400),
    };

    public async Task LoseAsync(string reason = "silent")
    {
        if (!IsAgentHere)
            return;
        Rig.Vm = Rig.Vm with { Agent = reason == "silent" ? AgentState.Unresponsive : AgentState.Absent };
        await Rig.HappensAsync("GUEST_AGENT_LOST", $$"""{"incarnation":1,"reason":"{{reason}}"}""");
    }

    /// <summary>An agent that was only silent comes back without a word.</summary>
    public async Task ComeBackAsync(bool tells)
    {
        Rig.Vm = Rig.Vm with { Agent = AgentState.Ready };
        if (tells)
            await Rig.HappensAsync("GUEST_STARTUP");
    }

    public async Task TellResetAsync()
    {
        await Rig.HappensAsync("RESET", """{"guest":false,"reason":"host-qmp-system-reset"}""");
        await Rig.HappensAsync("RESET", """{"guest":true,"reason":"guest-reset"}""");
        await Rig.HappensAsync("GUEST_REBOOT", """{"reason":"guest-reset"}""");
    }

    /// <summary>Time passes, and what a reset of the watchdog's brings is told after the tick that has sent it.</summary>
    public async Task PassAsync(double seconds)
    {
        for (var left = seconds; left > 0; left -= 10)
        {
            var resets = Resets.Count;
            await Rig.PassAsync(Math.Min(left, 10));
            if (Resets.Count > resets)
                await TellResetAsync();
        }
    }

    public Task ChangeAsync(VmSnapshot vm, string name, string data = "{}")
    {
        Rig.Vm = vm;
        return Rig.HappensAsync(name, data);
    }

    public Task MigrateAsync(string status)
    {
        IsMigrating = status == "active";
        return Rig.HappensAsync("MIGRATION", $$"""{"status":"{{status}}"}""");
    }

    private void OnReset()
    {
        Assert.Equal((VmState.Running, FreezeState.Thawed), (Rig.Vm.State, Rig.Vm.Freeze));
        Assert.False(IsMigrating);
        Assert.True(Rig.Vm.Agent is AgentState.Absent or AgentState.Unresponsive, $"reset of a VM whose agent is {Rig.Vm.Agent}");
        Resets.Add(Rig.Now);
        Rig.Vm = Rig.Vm with { Agent = AgentState.Absent };
    }
}
