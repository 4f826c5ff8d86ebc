using System.Text;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Vms;

/// <summary>Invocations of before the node was killed: nothing that might have run is sent anew.</summary>
public sealed class VmActorReconciliationTests : VmActorTest
{
    private static readonly Reconciliation Nothing = new(Program: null);
    private static readonly Reconciliation Started = new(new ExecEvidence(77, "100 since 10077"));

    [Fact]
    public async Task Program_of_the_same_agent_is_followed_to_its_real_end()
    {
        Fake.TellsProcess();
        await StartReadyAsync();
        Invoke(RunPlan(), Started);
        await ProgressAsync(PendingPhase.Reconciling);
        var question = await Agent.NextAsync("guest-exec-status");
        Assert.Equal(77, question.Arguments.GetProperty("pid").GetInt32());
        await Agent.Peer.ReturnAsync(question, """{"exited": true, "exitcode": 3, "out-data": "b2s="}""");

        var outcome = await OutcomeAsync();

        Assert.Equal((Phase.Failed, Reasons.ExitNonZero, Effect.Applied, 3), (outcome.Phase, outcome.Reason, outcome.Effect, outcome.Exec!.ExitCode));
        Assert.Equal("ok", Encoding.UTF8.GetString(outcome.Exec.Stdout.Span));
    }

    [Fact]
    public async Task VM_that_is_only_being_connected_is_waited_for()
    {
        Fake.TellsProcess();
        Fake.Answers["guest-exec-status"] = """{"exited": true, "exitcode": 0}""";
        StartVm();
        Invoke(RunPlan(), Started);
        await ProgressAsync(PendingPhase.Reconciling);

        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task VM_that_tells_nothing_in_time_leaves_it_unknown()
    {
        await StartReadyAsync();
        await Fake.StopAgentAsync();
        await ShowsAsync(vm => vm.Agent == AgentState.Absent);
        Invoke(RunPlan(), Started);
        await ProgressAsync(PendingPhase.Reconciling);
        Invoke(PlanOf(Guest("guest-fstrim")), Nothing);
        await ProgressAsync(PendingPhase.Reconciling);
        await SettleVmAsync();

        Advance(30);

        var ends = new[] { await OutcomeAsync(), await OutcomeAsync() };
        Assert.All(ends, end => Assert.Equal((Phase.Unknown, Reasons.ReconcileTimeout), (end.Phase, end.Reason)));
        Assert.Equal([Effect.Applied, Effect.Unknown], ends.Select(end => end.Effect));
    }

    [Fact]
    public async Task Agent_that_is_another_process_is_not_asked_about_a_pid_that_may_be_anothers()
    {
        Fake.TellsProcess(agentPid: 200);
        await StartReadyAsync();

        Invoke(RunPlan(), Started);

        await AssertOutcomeAsync(Phase.Unknown, Reasons.AgentRestarted, Effect.Applied);
        Assert.False(Agent.HasNext);
    }

    [Fact]
    public async Task End_that_was_told_to_the_killed_node_is_lost()
    {
        Fake.TellsProcess();
        Fake.Answers["guest-exec-status"] = "!GenericError";
        await StartReadyAsync();

        Invoke(RunPlan(), Started);

        await AssertOutcomeAsync(Phase.Unknown, Reasons.ReplyLost, Effect.Applied);
    }

    [Theory]
    [InlineData("""{"exited": true, "exitcode": 0}""", Phase.Succeeded, null)]
    [InlineData("""{"exited": false}""", Phase.TimedOut, Reasons.StillRunning)]
    public async Task Program_is_asked_about_once_also_when_its_deadline_has_passed(string status, Phase phase, string? reason)
    {
        Fake.TellsProcess();
        Fake.Answers["guest-exec-status"] = status;
        await StartReadyAsync();
        var plan = RunPlan(seconds: 1);
        Advance(2);

        Invoke(plan, Started);

        await AssertOutcomeAsync(phase, reason, Effect.Applied);
    }

    [Fact]
    public async Task Many_programs_cost_one_question_after_the_agents_process()
    {
        Fake.TellsProcess();
        Fake.Answers["guest-exec-status"] = """{"exited": true, "exitcode": 0}""";
        Fake.Hold("guest-file-open");
        await StartReadyAsync();
        foreach (var pid in Enumerable.Range(70, 5))
            Invoke(RunPlan(), new Reconciliation(new ExecEvidence(pid, "100 since 10077")));

        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-file-open"), "1000");

        var pids = new List<long>();
        while (pids.Count < 5)
            pids.Add((await OutcomeAsync()).Exec!.Pid);
        Assert.Equal(Enumerable.Range(70, 5).Select(pid => (long)pid), pids.Order());
        Assert.False(Agent.HasNext);
    }

    [Fact]
    public async Task What_nothing_can_tell_of_is_unknown_at_once_and_never_sent_again()
    {
        await StartReadyAsync();
        EncodedCommand[] commands =
            [Guest("guest-exec", """{"path":"x"}"""), Guest("guest-file-write", """{"handle":1,"buf-b64":""}"""), Guest("guest-shutdown"), Guest("guest-set-time", """{"time":1}"""), EncodedCommand.ForQmp("device_del")];
        foreach (var command in commands)
        {
            Invoke(PlanOf(command), Nothing);
            await AssertOutcomeAsync(Phase.Unknown, Reasons.NodeStopped, Effect.Unknown);
        }
        await SettleVmAsync();
        Assert.False(Agent.HasNext || Qmp.HasNext);
    }

    [Fact]
    public async Task What_only_reads_or_can_be_repeated_is_asked_again()
    {
        await StartReadyAsync();
        var plan = PlanOf(Guest("guest-fsfreeze-thaw"), seconds: 1);
        Advance(2);
        Invoke(PlanOf(Guest("guest-ping")), Nothing);
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
        // Also past its deadline: it has the time of a question.
        Invoke(plan, Nothing);
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-fsfreeze-thaw"), "1");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
        Fake.Answers["query-block"] = "[]";
        Invoke(PlanOf(EncodedCommand.ForQmp("query-block")), Nothing);
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Theory]
    [InlineData("\"frozen\"", Phase.Succeeded, null, Effect.Applied)]
    [InlineData("\"thawed\"", Phase.Unknown, Reasons.ReplyLost, Effect.None)]
    [InlineData("!CommandNotFound", Phase.Unknown, Reasons.ReplyLost, Effect.Unknown)]
    public async Task Freeze_is_found_out_by_asking_whether_the_guest_is_frozen(string status, Phase phase, string? reason, Effect effect)
    {
        Fake.Answers["guest-fsfreeze-status"] = status;
        await StartReadyAsync();

        Invoke(PlanOf(Guest("guest-fsfreeze-freeze")), Nothing);

        await AssertOutcomeAsync(phase, reason, effect);
        Assert.False(Agent.HasNext);
    }

    [Fact]
    public async Task Question_whose_session_is_cut_is_put_again()
    {
        await StartReadyAsync();
        Invoke(PlanOf(Guest("guest-fsfreeze-freeze")), Nothing);
        await Agent.NextAsync("guest-fsfreeze-status");

        Fake.Agent.Cut();
        Agent = await AdvanceUntilAsync(Fake.Agent.AcceptAsync(), step: 0.05);

        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-fsfreeze-status"), "\"frozen\"");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task Repetition_that_is_cancelled_in_the_queue_leaves_the_first_time_unknown()
    {
        await StartReadyAsync();
        Invoke("guest-get-time");
        var first = await Agent.NextAsync("guest-get-time");
        var invocation = Invoke(PlanOf(Guest("guest-fstrim")), Nothing);
        await SettleVmAsync();

        Vm.Tell(new VmCommands.CancelInvocation(invocation), Router);

        var outcome = await OutcomeAsync();
        Assert.Equal((Phase.Unknown, Effect.Unknown), (outcome.Phase, outcome.Effect));
        await Agent.Peer.ReturnAsync(first, "1");
    }

    [Fact]
    public async Task VM_that_leaves_meanwhile_leaves_it_unknown()
    {
        await StartReadyAsync();
        await Fake.StopAgentAsync();
        await ShowsAsync(vm => vm.Agent == AgentState.Absent);
        Invoke(PlanOf(Guest("guest-fstrim")), Nothing);
        await ProgressAsync(PendingPhase.Reconciling);

        Sys.Stop(Vm);

        await AssertOutcomeAsync(Phase.Unknown, Reasons.VmLost, Effect.Unknown);
    }
}
