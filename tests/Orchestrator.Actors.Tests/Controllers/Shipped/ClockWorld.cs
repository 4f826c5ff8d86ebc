using System.Globalization;
using System.Text.Json;
using Orchestrator.Actors.Controllers.Shipped.TimeSync;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Controllers.Shipped;

/// <summary>A guest with a clock that stands still with it, and <c>time-sync</c> beside it.</summary>
internal sealed class ClockWorld
{
    public const int Steps = 13;
    private DateTimeOffset _stoppedAt;

    public ClockWorld(bool isShadow = false)
    {
        Rig = new ShippedRig(() => new TimeSyncController(ShippedRig.Options()), isShadow);
        Rig.Answer = Answer;
    }

    public ShippedRig Rig { get; }

    /// <summary>How far the guest's clock is ahead.</summary>
    public TimeSpan Drift { get; set; }

    /// <summary>Something happens; what makes no sense now does not.</summary>
    public Task StepAsync(int step) => step switch
    {
        0 when Rig.Vm.State == VmState.Running => StopAsync(),
        1 when Rig.Vm.State == VmState.Paused => ResumeAsync(),
        2 => Become(Rig.Vm with { Agent = AgentState.Unresponsive }),
        3 => Become(Rig.Vm with { Agent = AgentState.Ready }),
        4 => Become(Rig.Vm with { Freeze = FreezeState.Frozen }),
        5 => ThawAsync(),
        6 => Rig.TickAsync(),
        7 => Rig.RestartAsync(),
        8 when Rig.Vm.State == VmState.Running => StartUpAsync(),
        9 => Rig.GapAsync(),
        _ => WaitAsync(step),
    };

    /// <summary>Everything works again for a while.</summary>
    public async Task SettleAsync()
    {
        if (Rig.Vm.State == VmState.Paused)
            await ResumeAsync();
        Rig.Vm = Rig.Vm with { Agent = AgentState.Ready, Freeze = FreezeState.Thawed };
        await Rig.PassAsync(60);
    }

    public async Task StopAsync()
    {
        Rig.Vm = Rig.Vm with { State = VmState.Paused };
        _stoppedAt = Rig.Now;
        await Rig.HappensAsync("STOP");
    }

    public async Task ResumeAsync(string host = "host1")
    {
        Rig.Vm = Rig.Vm with { State = VmState.Running };
        Drift -= Rig.Now - _stoppedAt;
        await Rig.HappensAsync("RESUME", host: host);
    }

    public async Task PauseAsync(double seconds)
    {
        await StopAsync();
        Rig.Time.Advance(TimeSpan.FromSeconds(seconds));
        await ResumeAsync();
    }

    /// <summary>What the guest's agent does, which must be able to.</summary>
    public string Answer(EncodedCommand command)
    {
        Assert.Equal((VmState.Running, AgentState.Ready, FreezeState.Thawed), (Rig.Vm.State, Rig.Vm.Agent, Rig.Vm.Freeze));
        if (command.Name == "guest-get-time")
            return ((Rig.Now + Drift - DateTimeOffset.UnixEpoch).Ticks * 100).ToString(CultureInfo.InvariantCulture);
        Drift = DateTimeOffset.UnixEpoch + TimeSpan.FromTicks(JsonElement.Parse(command.Arguments.Span).GetProperty("time").GetInt64() / 100) - Rig.Now;
        return "{}";
    }

    private async Task ThawAsync()
    {
        Rig.Vm = Rig.Vm with { Freeze = FreezeState.Thawed };
        await Rig.HappensAsync("GUEST_FSFREEZE_CHANGED", """{"state":"thawed"}""");
    }

    private async Task StartUpAsync()
    {
        Drift = TimeSpan.FromHours(1);
        await Rig.HappensAsync("GUEST_STARTUP");
    }

    private Task Become(VmSnapshot vm)
    {
        Rig.Vm = vm;
        return Task.CompletedTask;
    }

    private Task WaitAsync(int seconds)
    {
        Rig.Time.Advance(TimeSpan.FromSeconds(Math.Max(seconds - 8, 1)));
        return Task.CompletedTask;
    }
}
