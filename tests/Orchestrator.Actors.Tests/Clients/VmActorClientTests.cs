using Orchestrator.Actors.Clients;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Tests.Vms;
using Orchestrator.Protocol.Client;
using Orchestrator.Protocol.Guest;
using Orchestrator.Protocol.Qemu;

namespace Orchestrator.Actors.Tests.Clients;

public sealed class VmActorClientTests : VmActorTest
{
    [Fact]
    public async Task Guest_and_QEMU_answer_on_the_same_object()
    {
        await StartReadyAsync();
        var client = new VmActorClient(Vm, Time);

        var clock = client.GuestGetTimeAsync();
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-get-time"), "1700000000");
        var jobs = client.QueryJobsAsync();
        await Qmp.Peer.ReturnAsync(await Qmp.NextAsync("query-jobs"), """[{"id":"j","type":"mirror","status":"ready","current-progress":1,"total-progress":2}]""");

        Assert.Equal(1_700_000_000, await clock);
        Assert.Equal((JobType.Mirror, JobStatus.Ready), ((await jobs)[0].Type, (await jobs)[0].Status));
    }

    [Fact]
    public async Task What_is_not_delivered_tells_phase_reason_and_effect()
    {
        await StartReadyAsync();

        var failure = await Assert.ThrowsAsync<OutcomeException>(() => new VmActorClient(Vm, Time).GuestGetUsersAsync());

        Assert.Equal((Phase.Refused, Reasons.DisabledByGuest, Effect.None), (failure.Outcome.Phase, failure.Outcome.Reason, failure.Outcome.Effect));
        Assert.Equal("guest-get-users", failure.Command);
    }

    [Fact]
    public async Task Answer_that_does_not_fit_the_schema_is_a_violation_with_its_path()
    {
        await StartReadyAsync();
        var jobs = new VmActorClient(Vm, Time).QueryJobsAsync();
        await Qmp.Peer.ReturnAsync(await Qmp.NextAsync("query-jobs"), """[{"id":"j","type":"mirror","status":7}]""");

        var violation = await Assert.ThrowsAsync<CommandViolationException>(() => jobs);

        Assert.Equal("return[0].status", violation.Violation.Path);
    }

    [Fact]
    public async Task Cancelled_call_takes_the_command_back()
    {
        await StartReadyAsync();
        var client = new VmActorClient(Vm, Time);
        var first = client.GuestGetTimeAsync();
        var running = await Agent.NextAsync("guest-get-time");
        using var cancellation = new CancellationTokenSource();
        var second = client.GuestGetTimeAsync(cancellation.Token);

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        await SettleVmAsync();
        await Agent.Peer.ReturnAsync(running, "1");
        await first;
        await SettleVmAsync();

        Assert.False(Agent.HasNext);
    }

    [Fact]
    public async Task VM_that_has_left_is_an_unknown_end_and_not_a_hang()
    {
        await StartReadyAsync();
        var client = new VmActorClient(CreateTestProbe(), Time) { Timeout = TimeSpan.FromSeconds(1) };

        var asked = client.QueryStatusAsync();

        await Assert.ThrowsAsync<CommandUnansweredException>(() => AdvanceUntilAsync(asked, step: 1));
    }
}
