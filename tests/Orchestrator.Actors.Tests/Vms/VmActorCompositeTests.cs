using System.Text;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Actors.Tests.Vms;

/// <summary>Commands that are carried out with others: their place in the queue, and what a failure in the middle means.</summary>
public sealed class VmActorCompositeTests : VmActorTest
{
    private const string Piece = """{"count": 3, "buf-b64": "d2Vi", "eof": false}""";

    [Fact]
    public async Task Other_commands_pass_between_its_steps()
    {
        await StartReadyAsync();
        Invoke(View);
        var open = await Agent.NextAsync("guest-file-open");
        Invoke("guest-get-time");
        await SettleVmAsync();

        await Agent.Peer.ReturnAsync(open, "1000");

        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-get-time"), "5");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
        await Agent.NextAsync("guest-file-read");
    }

    [Fact]
    public async Task Cancelled_before_its_first_step_nothing_was_done()
    {
        await StartReadyAsync();
        Invoke("guest-get-time");
        var ahead = await Agent.NextAsync("guest-get-time");
        var waiting = Invoke(Write);
        await SettleVmAsync();

        Vm.Tell(new VmCommands.CancelInvocation(waiting), Router);

        await AssertOutcomeAsync(Phase.Cancelled, null, Effect.None);
        await Agent.Peer.ReturnAsync(ahead, "5");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task Cancelled_after_its_first_step_it_goes_on()
    {
        await StartReadyAsync();
        var begun = Invoke(View);
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-file-open"), "1000");
        var read = await Agent.NextAsync("guest-file-read");

        Vm.Tell(new VmCommands.CancelInvocation(begun), Router);
        await SettleVmAsync();
        await Agent.Peer.ReturnAsync(read, """{"count": 0, "buf-b64": "", "eof": true}""");
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-file-close"));

        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task Write_that_an_agents_restart_cut_tells_how_much_is_there()
    {
        await StartReadyAsync();
        Invoke(Write);
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-file-open"), "1000");
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-file-write"), """{"count": 3, "eof": false}""");
        await Agent.NextAsync("guest-file-flush");

        Fake.Answers["guest-file-close"] = "!GenericError";
        await Qmp.Peer.EventAsync("VSERPORT_CHANGE", """{"open": true, "id": "port7"}""");

        var outcome = await OutcomeAsync();
        Assert.Equal((Phase.Unknown, Reasons.AgentRestarted, Effect.Applied), (outcome.Phase, outcome.Reason, outcome.Effect));
        Assert.EndsWith("3 bytes were written to /tmp/x", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_that_the_guest_refuses_is_refused_and_applied_in_part()
    {
        await StartReadyAsync();
        Invoke(Write);
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-file-open"), "1000");
        await Agent.Peer.ErrorAsync(await Agent.NextAsync("guest-file-write"), "GenericError", "No space left on device");
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-file-close"));

        var outcome = await OutcomeAsync();
        Assert.Equal((Phase.Refused, Reasons.GuestError, Effect.Applied), (outcome.Phase, outcome.Reason, outcome.Effect));
        Assert.Equal(("No space left on device", "0 bytes were written to /tmp/x"), (outcome.Error!.Description, outcome.Message));
    }

    [Fact]
    public async Task Program_as_a_command_succeeds_whatever_its_exit_code()
    {
        await StartReadyAsync();
        Invoke(Guest("guest-run", """{"path":"false"}"""));
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-exec"), """{"pid": 77}""");
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-exec-status"), """{"exited": true, "exitcode": 1}""");

        var outcome = await OutcomeAsync();
        Assert.Equal((Phase.Succeeded, null, null), (outcome.Phase, outcome.Reason, outcome.Exec));
        Assert.StartsWith("""{"pid":77,"exitcode":1,""", Encoding.UTF8.GetString(outcome.Result.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handle_left_open_by_a_deadline_is_closed_before_anything_else_when_the_agent_answers_again()
    {
        await StartReadyAsync();
        Fake.Hold("guest-sync-delimited");
        Invoke(View, seconds: 3);
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-file-open"), "1000");
        var silent = await Agent.NextAsync("guest-file-read");

        var outcome = await AdvanceUntilAsync(OutcomeAsync(), step: 0.1);
        Assert.Equal((Phase.Unknown, Reasons.AgentUnresponsive, Effect.None), (outcome.Phase, outcome.Reason, outcome.Effect));

        await Agent.Peer.ReturnAsync(silent, Piece);
        await Agent.Peer.AnswerSynchronizationAsync(await Agent.NextAsync("guest-sync-delimited"));
        Assert.Equal(1000, (await Agent.NextAsync("guest-file-close")).Arguments.GetProperty("handle").GetInt32());
    }

    [Fact]
    public async Task File_that_was_opened_too_late_is_closed()
    {
        await StartReadyAsync();
        Fake.Hold("guest-sync-delimited");
        Invoke(View, seconds: 3);
        var late = await Agent.NextAsync("guest-file-open");
        await AdvanceUntilAsync(OutcomeAsync(), step: 0.1);

        await Agent.Peer.ReturnAsync(late, "1001");
        await Agent.Peer.AnswerSynchronizationAsync(await Agent.NextAsync("guest-sync-delimited"));

        FakeCommand close = await Agent.NextAsync("guest-file-close");
        Assert.Equal(1001, close.Arguments.GetProperty("handle").GetInt32());
    }

    private static Protocol.Commands.EncodedCommand View => Guest("guest-view-file", """{"filename":"/etc/hostname"}""");

    private static Protocol.Commands.EncodedCommand Write => Guest("guest-write-file", """{"filename":"/tmp/x","buf-b64":"AQID"}""");
}
