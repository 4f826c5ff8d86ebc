using Orchestrator.Actors.Tests.Vms;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Telemetry;

[Collection(nameof(TelemetryTests))]
public sealed class VmTelemetryTests : VmActorTest
{
    [Fact]
    public async Task VM_is_counted_where_it_is_and_not_once_it_has_left()
    {
        var (ready, all, qmp, agent) = (VmStateMetrics.Of(VmState.Running, AgentState.Ready), All(), VmMetrics.Connects[VmMetrics.Qmp], VmMetrics.Connects[VmMetrics.Agent]);
        await StartReadyAsync();
        await SettleVmAsync();

        Assert.Equal((1, 1), (VmStateMetrics.Of(VmState.Running, AgentState.Ready) - ready, All() - all));
        Assert.Equal((1, 1), (VmMetrics.Connects[VmMetrics.Qmp] - qmp, VmMetrics.Connects[VmMetrics.Agent] - agent));

        Watch(Vm);
        Sys.Stop(Vm);
        await ExpectTerminatedAsync(Vm);

        Assert.Equal((ready, all), (VmStateMetrics.Of(VmState.Running, AgentState.Ready), All()));
    }

    [Fact]
    public async Task Lost_connection_is_counted_and_so_is_the_next()
    {
        await StartReadyAsync();
        await SettleVmAsync();
        var (lost, connects) = (VmMetrics.Losses[VmMetrics.Qmp], VmMetrics.Connects[VmMetrics.Qmp]);

        Fake.Qmp.Cut();
        await TestKit.Eventually.TrueAsync(() => VmMetrics.Losses[VmMetrics.Qmp] > lost, Limit, "the loss is counted");

        Assert.Equal(connects, VmMetrics.Connects[VmMetrics.Qmp]);
    }

    private static long All() => (from state in Enum.GetValues<VmState>() from agent in Enum.GetValues<AgentState>() select VmStateMetrics.Of(state, agent)).Sum();
}
