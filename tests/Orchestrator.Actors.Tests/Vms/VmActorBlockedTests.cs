using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Vms;

/// <summary>Invocations that wait for their VM's condition to end.</summary>
public sealed class VmActorBlockedTests : VmActorTest
{
    private static readonly ConditionPolicy Wait =
        new() { OnPaused = ConditionChoice.Wait, OnMigrating = ConditionChoice.Wait, OnAbsent = ConditionChoice.Wait, OnUnresponsive = ConditionChoice.Wait };

    [Fact]
    public async Task Command_to_a_paused_guest_waits_and_is_sent_when_it_runs_again()
    {
        await StartPausedAsync();
        Invoke(Plan("guest-ping"));
        await ProgressAsync(PendingPhase.Blocked, Reasons.VmPaused);

        await ResumeAsync();

        await ProgressAsync(PendingPhase.Dispatched);
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task Those_that_wait_are_sent_in_their_order_and_before_what_comes_after()
    {
        await StartPausedAsync();
        string[] names = ["guest-get-time", "guest-ping", "guest-exec", "guest-get-time"];
        var waiting = names.Select(name => Invoke(Plan(name))).ToArray();
        foreach (var _ in waiting)
            await ProgressAsync(PendingPhase.Blocked, Reasons.VmPaused);
        Fake.Hold("guest-ping");
        await ResumeAsync();
        Invoke("guest-ping");

        foreach (var name in names.Append("guest-ping"))
            await Agent.Peer.ErrorAsync(await Agent.NextAsync(name), "GenericError", "Failed to execute child process");

        var ended = new HashSet<Invocation>();
        while (ended.Count < waiting.Length + 1)
            ended.Add((await EndAsync()).Invocation);
        Assert.Superset(waiting.ToHashSet(), ended);
    }

    [Fact]
    public async Task Write_waits_for_a_paused_guest_when_the_job_says_how_long()
    {
        await StartPausedAsync();
        var plan = RunPlan(60) with { Delivery = Deadline.After(TimeSpan.FromSeconds(20), Time) };
        Invoke(plan with { Delivery = null });
        await AssertOutcomeAsync(Phase.Undelivered, Reasons.VmPaused, Effect.None);

        Invoke(plan);
        await ProgressAsync(PendingPhase.Blocked, Reasons.VmPaused);
        await SettleVmAsync();
        Advance(20);

        var outcome = await OutcomeAsync();
        Assert.Equal((Phase.Undelivered, Reasons.VmPaused, Effect.None, TimeSpan.FromSeconds(20)), (outcome.Phase, outcome.Reason, outcome.Effect, outcome.Elapsed));
        Assert.Contains("delivery deadline", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_one_has_its_own_deadline_under_one_timer()
    {
        await StartPausedAsync();
        var ends = new[] { 7.0, 3, 5 }.Select(seconds => (Invoke(Plan("guest-ping", seconds)), seconds)).OrderBy(end => end.seconds).ToArray();
        await SettleVmAsync();

        foreach (var (invocation, seconds) in ends)
        {
            Advance(seconds == 3 ? 3 : 2);
            var ended = await EndAsync();
            Assert.Same(invocation, ended.Invocation);
            Assert.Equal((Reasons.VmPaused, TimeSpan.FromSeconds(seconds)), (ended.Outcome.Reason, ended.Outcome.Elapsed));
        }
    }

    [Fact]
    public async Task Change_of_the_reason_is_told_once_and_is_the_reason_of_the_end()
    {
        await StartPausedAsync();
        Invoke(Plan("guest-ping"));
        await ProgressAsync(PendingPhase.Blocked, Reasons.VmPaused);

        await HappenAsync("VSERPORT_CHANGE", """{"open": false, "id": "port7"}""");
        await EventAsync("GUEST_AGENT_LOST");
        await ShowsAsync(vm => vm.Agent == AgentState.Absent);
        await ResumeAsync();

        await ProgressAsync(PendingPhase.Blocked, Reasons.AgentAbsent);
        await HappenAsync("STOP");
        await ProgressAsync(PendingPhase.Blocked, Reasons.VmPaused);
        await SettleVmAsync();
        Advance(10);
        await AssertOutcomeAsync(Phase.Undelivered, Reasons.VmPaused, Effect.None);
    }

    [Fact]
    public async Task Condition_that_the_policy_does_not_wait_for_ends_it()
    {
        await StartPausedAsync();
        Invoke(PlanOf(Guest("guest-ping")) with { Conditions = new ConditionPolicy { OnPaused = ConditionChoice.Wait } });
        await ProgressAsync(PendingPhase.Blocked, Reasons.VmPaused);

        await HappenAsync("SHUTDOWN", """{"guest": false, "reason": "host-qmp-quit"}""");

        await AssertOutcomeAsync(Phase.Undelivered, Reasons.VmNotRunning, Effect.None);
    }

    [Fact]
    public async Task Blocked_command_can_be_cancelled_and_provably_did_nothing()
    {
        await StartPausedAsync();
        var invocation = Invoke(Plan("guest-ping"));
        await ProgressAsync(PendingPhase.Blocked, Reasons.VmPaused);

        Vm.Tell(new VmCommands.CancelInvocation(invocation));

        await AssertOutcomeAsync(Phase.Cancelled, null, Effect.None);
        await ResumeAsync();
        await SettleVmAsync();
        Assert.False(Router.HasMessages);
    }

    [Fact]
    public async Task VM_that_leaves_was_not_found_by_those_that_waited()
    {
        await StartPausedAsync();
        Invoke(Plan("guest-ping"));
        await ProgressAsync(PendingPhase.Blocked, Reasons.VmPaused);

        Sys.Stop(Vm);

        await AssertOutcomeAsync(Phase.Undelivered, Reasons.VmNotFound, Effect.None);
    }

    [Fact]
    public async Task Room_for_those_that_wait_is_limited()
    {
        Settings = Settings with { MaxHeldInvocations = 2 };
        await StartPausedAsync();
        Invoke(Plan("guest-ping"));
        Invoke(Plan("guest-ping"));
        Invoke(Plan("guest-ping"));

        await AssertOutcomeAsync(Phase.Undelivered, Reasons.VmBusy, Effect.None);
    }

    [Fact]
    public async Task Command_whose_session_ended_before_its_turn_waits_for_the_next_one()
    {
        await StartReadyAsync();
        Invoke("guest-get-time");
        await Agent.NextAsync("guest-get-time");
        Invoke(Plan("guest-ping", 30));
        await SettleVmAsync();

        Fake.Agent.Cut();

        Assert.Equal(Phase.Unknown, (await OutcomeAsync()).Phase);
        await ProgressAsync(PendingPhase.Blocked, Reasons.AgentAbsent);
        await AdvanceUntilAsync(Fake.Agent.AcceptAsync(), step: 0.1);
        await ProgressAsync(PendingPhase.Dispatched);
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task Command_to_a_silent_agent_waits_until_it_answers_again()
    {
        await StartReadyAsync();
        Fake.Hold("guest-sync-delimited");
        Invoke("guest-get-time", seconds: 1);
        await Agent.NextAsync("guest-get-time");
        Fake.Answers["query-status"] = """{"status": "debug"}""";
        Advance(0.75);
        await ShowsAsync(vm => vm.RunState == "debug");
        Advance(0.25);
        Assert.Equal(Reasons.AgentUnresponsive, (await OutcomeAsync()).Reason);
        await ShowsAsync(vm => vm.Agent == AgentState.Unresponsive);
        Invoke(Plan("guest-ping", 60));
        await ProgressAsync(PendingPhase.Blocked, Reasons.AgentUnresponsive);

        await Agent.Peer.AnswerSynchronizationAsync(await Agent.NextAsync("guest-sync-delimited"));

        await ProgressAsync(PendingPhase.Dispatched);
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task Command_to_QEMU_waits_for_its_session()
    {
        await StartReadyAsync();
        Fake.Qmp.Cut();
        await ShowsAsync(vm => vm.State == VmState.Unreachable);
        Invoke(Plan("query-block"));
        await ProgressAsync(PendingPhase.Blocked, Reasons.HostUnreachable);

        Qmp = await AdvanceUntilAsync(Fake.Qmp.AcceptAsync(), step: 0.1);

        await ProgressAsync(PendingPhase.Dispatched);
        await Qmp.Peer.ReturnAsync(await Qmp.NextAsync("query-block"), "[]");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task Thaw_waits_for_a_paused_guest_without_being_told()
    {
        await StartPausedAsync();
        Invoke("guest-fsfreeze-thaw");
        await ProgressAsync(PendingPhase.Blocked, Reasons.VmPaused);
        await SettleVmAsync();

        Advance(10);

        await AssertOutcomeAsync(Phase.Undelivered, Reasons.VmPaused, Effect.None);
    }

    private JobPlan Plan(string name, double seconds = 10)
    {
        var command = name.StartsWith("guest-", StringComparison.Ordinal) ? Guest(name, name == "guest-exec" ? """{"path":"x"}""" : "{}") : Protocol.Commands.EncodedCommand.ForQmp(name);
        return PlanOf(command, seconds) with { Conditions = Wait };
    }

    private async Task StartPausedAsync()
    {
        await StartReadyAsync();
        await HappenAsync("STOP");
        await ShowsAsync(vm => vm.State == VmState.Paused);
    }

    private Task ResumeAsync() => HappenAsync("RESUME");

    /// <summary>An event of QEMU's, which says the same when it is asked.</summary>
    private async Task HappenAsync(string name, string? data = null)
    {
        Fake.Answers["query-status"] = name switch
        {
            "STOP" => """{"status": "paused"}""",
            "RESUME" => """{"status": "running"}""",
            "SHUTDOWN" => """{"status": "shutdown"}""",
            _ => Fake.Answers["query-status"],
        };
        await Qmp.Peer.EventAsync(name, data);
        await EventAsync(name);
    }
}
