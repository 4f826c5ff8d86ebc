using System.Text.Json;
using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Vms;

public sealed class VmActorVocabularyTests : VmActorTest
{
    private const string Question = "query-qmp-schema";

    [Fact]
    public async Task QEMU_is_not_asked_what_it_understands_before_a_command_needs_it()
    {
        Fake.Hold(Question);

        await StartReadyAsync();
        await Qmp.Peer.EventAsync("STOP");
        await EventAsync("STOP");
        await SettleVmAsync();

        Assert.False(Qmp.HasNext);
    }

    [Fact]
    public async Task Command_that_QEMU_does_not_have_is_refused_with_the_nearest_that_it_has()
    {
        Fake.Answers[Question] = Introspections.Of("query-block", "device_del");
        await StartReadyAsync();

        Invoke("query-blok");

        var outcome = await OutcomeAsync();
        Assert.Equal((Phase.Refused, Reasons.Unsupported, Effect.None), (outcome.Phase, outcome.Reason, outcome.Effect));
        Assert.Equal("this QEMU has no command 'query-blok'. Did you mean 'query-block'?", outcome.Message);
        Assert.False(Qmp.HasNext);
    }

    [Fact]
    public async Task Arguments_that_do_not_fit_are_refused_with_their_place()
    {
        Fake.Answers[Question] = Introspections.Of("device_del");
        await StartReadyAsync();

        Invoke(EncodedCommand.ForQmp("device_del", JsonElement.Parse("""{"id":7}""")));

        var outcome = await OutcomeAsync();
        Assert.Equal((Phase.Refused, Reasons.InvalidArgument, Effect.None), (outcome.Phase, outcome.Reason, outcome.Effect));
        Assert.Equal("device_del: arguments.id: expected a string, found a number", outcome.Message);
        Assert.False(Qmp.HasNext);
    }

    [Fact]
    public async Task Command_that_fits_is_sent_and_QEMU_is_asked_once_for_all_of_them()
    {
        Fake.Hold(Question);
        await StartReadyAsync();
        Invoke("stop");
        Invoke("cont");
        await SettleVmAsync();

        await Qmp.Peer.ReturnAsync(await Qmp.NextAsync(Question), Introspections.Of("stop", "cont", "quit"));

        await Qmp.Peer.ReturnAsync(await Qmp.NextAsync("stop"), "{}");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
        await Qmp.Peer.ReturnAsync(await Qmp.NextAsync("cont"), "{}");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
        Invoke("stop");
        await Qmp.Peer.ReturnAsync(await Qmp.NextAsync("stop"), "{}");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Theory]
    [InlineData("!CommandNotFound")]
    [InlineData("\"no introspection\"")]
    [InlineData("""[{"name":"c","meta-type":"command","arg-type":"0","ret-type":"0"}]""")]
    public async Task QEMU_that_cannot_tell_gets_its_commands_unchecked(string answer)
    {
        Fake.Answers[Question] = answer;
        Fake.Answers["anything"] = "!CommandNotFound";
        await StartReadyAsync();

        Invoke("anything");

        var outcome = await OutcomeAsync();
        Assert.Equal((Phase.Refused, Reasons.Unsupported, "CommandNotFound"), (outcome.Phase, outcome.Reason, outcome.Error!.Class));
    }

    [Fact]
    public async Task QEMU_that_is_slow_to_tell_gets_its_commands_unchecked()
    {
        Fake.Hold(Question);
        await StartReadyAsync();
        Invoke("anything", seconds: 60);
        await Qmp.NextAsync(Question);

        Advance(Settings.QueryTimeout.TotalSeconds);

        await Qmp.Peer.ReturnAsync(await Qmp.NextAsync("anything"), "{}");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task Deadline_that_passes_before_QEMU_has_told_proves_that_nothing_was_sent()
    {
        Fake.Hold(Question);
        await StartReadyAsync();
        Invoke("stop", seconds: 1);
        await Qmp.NextAsync(Question);

        Advance(1);

        await AssertOutcomeAsync(Phase.Undelivered, Reasons.QemuUnresponsive, Effect.None);
        Assert.False(Qmp.HasNext);
    }

    [Fact]
    public async Task Command_that_waits_can_be_taken_back()
    {
        Fake.Hold(Question);
        await StartReadyAsync();
        var invocation = Invoke("stop");
        var question = await Qmp.NextAsync(Question);

        Vm.Tell(new VmCommands.CancelInvocation(invocation));

        await AssertOutcomeAsync(Phase.Cancelled, null, Effect.None);
        await Qmp.Peer.ReturnAsync(question, Introspections.Of("stop"));
        await SettleVmAsync();
        Assert.False(Qmp.HasNext);
    }

    [Fact]
    public async Task Monitor_that_is_lost_before_it_has_told_leaves_the_command_undelivered()
    {
        Fake.Hold(Question);
        await StartReadyAsync();
        Invoke("stop");
        await Qmp.NextAsync(Question);

        Fake.Qmp.Cut();

        var outcome = await OutcomeAsync();
        Assert.Equal((Phase.Undelivered, Effect.None), (outcome.Phase, outcome.Effect));
    }

    [Fact]
    public async Task VM_that_leaves_before_QEMU_has_told_leaves_the_command_undelivered()
    {
        Fake.Hold(Question);
        await StartReadyAsync();
        Invoke("quit");
        await Qmp.NextAsync(Question);

        Sys.Stop(Vm);

        var outcome = await OutcomeAsync();
        Assert.Equal((Phase.Undelivered, Effect.None), (outcome.Phase, outcome.Effect));
    }

    [Fact]
    public async Task Commands_that_wait_beyond_the_limit_are_turned_away()
    {
        Settings = Settings with { Qmp = Settings.Qmp with { MaxQueued = 1 } };
        Fake.Hold(Question);
        await StartReadyAsync();
        Invoke("stop");
        Invoke("cont");

        await AssertOutcomeAsync(Phase.Undelivered, Reasons.VmBusy, Effect.None);
    }

    [Fact]
    public async Task Out_of_band_command_is_checked_and_does_not_wait()
    {
        Fake.Hold(Question);
        await StartReadyAsync();
        Invoke(EncodedCommand.ForQmp("yank", outOfBand: true));
        await Qmp.Peer.ReturnAsync(await Qmp.NextAsync("yank"), "{}");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);

        Fake.Answers[Question] = Introspections.Of("yank", "stop");
        Fake.Answers["stop"] = "{}";
        Invoke("stop");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
        Invoke(EncodedCommand.ForQmp("stop", outOfBand: true));
        var refused = await OutcomeAsync();
        Assert.Equal((Phase.Refused, Reasons.Unsupported, "stop cannot be executed out of band"), (refused.Phase, refused.Reason, refused.Message));
    }

    [Fact]
    public async Task Client_that_wants_QEMUs_own_errors_gets_them()
    {
        Fake.Answers[Question] = Introspections.Of("stop");
        Fake.Answers["unknown"] = "!CommandNotFound";
        await StartReadyAsync();

        var plan = new JobPlan("job", CommandRoute.Qmp, EncodedCommand.ForQmp("unknown"), Deadline.After(Limit, Time)) { IsChecked = false };
        Vm.Tell(new Invocation(plan, 0, Vm, Router));

        Assert.Equal("CommandNotFound", (await OutcomeAsync()).Error!.Class);
    }

    [Fact]
    public async Task QEMU_that_is_started_anew_is_asked_anew()
    {
        Fake.Answers[Question] = Introspections.Of("stop");
        await StartReadyAsync();
        Invoke("cont");
        await AssertOutcomeAsync(Phase.Refused, Reasons.Unsupported, Effect.None);

        Fake.Answers[Question] = Introspections.Of("stop", "cont");
        Fake.Answers["cont"] = "{}";
        Fake.Qmp.Cut();
        Qmp = await AdvanceUntilAsync(Fake.Qmp.AcceptAsync(), step: 0.2);
        await ShowsAsync(vm => vm is { State: VmState.Running, RunState: not null });
        Invoke("cont");

        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task Vocabulary_is_told_to_who_asks()
    {
        Fake.Answers[Question] = Introspections.Of("stop", "cont");
        await StartReadyAsync();

        var told = await Vm.Ask<VmReplies.Vocabulary>(VmQueries.GetVocabulary.Instance, Limit);
        var again = await Vm.Ask<VmReplies.Vocabulary>(VmQueries.GetVocabulary.Instance, Limit);

        Assert.Equal(["cont", "stop"], told.Value!.Schema.Commands.Keys.Order());
        Assert.Same(told.Value, again.Value);
    }

    [Fact]
    public async Task Vocabulary_of_a_VM_without_a_monitor_is_none()
    {
        Fake.Answers[Question] = Introspections.Of("stop");
        await StartReadyAsync();
        Fake.Qmp.Cut();
        await ShowsAsync(vm => vm.State == VmState.Unreachable);

        Assert.Null((await Vm.Ask<VmReplies.Vocabulary>(VmQueries.GetVocabulary.Instance, Limit)).Value);
    }
}
