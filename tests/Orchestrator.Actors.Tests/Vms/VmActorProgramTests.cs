using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms.Observation;

namespace Orchestrator.Actors.Tests.Vms;

/// <summary>The one event of each program's end, whoever has started it and whoever asks.</summary>
public sealed class VmActorProgramTests : VmActorObservationTest
{
    private const string Running = """{"exited": false}""";
    private const string Exited = """{"exited": true, "exitcode": 3, "out-data": "b2s="}""";

    [Theory]
    [InlineData(Exited, """{"pid":77,"incarnation":1,"exitcode":3,"job":"job"}""")]
    [InlineData("""{"exited": true, "signal": 9}""", """{"pid":77,"incarnation":1,"signal":9,"job":"job"}""")]
    public async Task Program_of_a_job_is_told_once_with_the_job(string status, string told)
    {
        Fake.Answers["guest-exec"] = """{"pid": 77}""";
        Fake.Answers["guest-exec-status"] = status;
        await StartReadyAsync();

        InvokeRun();
        await OutcomeAsync();

        var happened = await EventAsync("GUEST_EXEC_COMPLETED");
        Assert.Equal((told, Provenance.Guest), (DataOf(happened), happened.Provenance));
        await AskStatusAsync();
        await AskStatusAsync();
        await TakenAsync();
        Assert.False(Events.HasMessages);
    }

    [Fact]
    public async Task Programs_with_the_same_pid_one_after_the_other_are_told_each()
    {
        Fake.Answers["guest-exec"] = """{"pid": 77}""";
        Fake.Answers["guest-exec-status"] = Exited;
        await StartReadyAsync();

        for (var i = 0; i < 3; i++)
        {
            InvokeRun();
            await OutcomeAsync();
            await EventAsync("GUEST_EXEC_COMPLETED");
        }
    }

    [Fact]
    public async Task Program_whose_end_a_client_asks_for_is_told_when_it_is()
    {
        await StartReadyAsync();
        await StartRawAsync(jobId: "");
        Fake.Answers["guest-exec-status"] = Running;
        await AskStatusAsync();
        Assert.False(Events.HasMessages);

        Fake.Answers["guest-exec-status"] = Exited;
        await AskStatusAsync();

        Assert.Equal("""{"pid":77,"incarnation":1,"exitcode":3}""", DataOf(await EventAsync("GUEST_EXEC_COMPLETED")));
    }

    [Fact]
    public async Task Program_of_before_this_nodes_life_is_told_when_somebody_asks_for_it()
    {
        Fake.Answers["guest-exec-status"] = Exited;
        await StartReadyAsync();

        await AskStatusAsync();

        Assert.Equal("""{"pid":77,"incarnation":1,"exitcode":3}""", DataOf(await EventAsync("GUEST_EXEC_COMPLETED")));
    }

    [Fact]
    public async Task Program_that_nobody_waits_for_is_not_followed_without_a_need()
    {
        await StartReadyAsync();
        await StartRawAsync();

        await AssertNotAskedAsync(3600);
    }

    [Fact]
    public async Task Program_that_nobody_waits_for_is_followed_ever_less_often_and_its_end_stays_for_who_asks_later()
    {
        await StartReadyAsync();
        await ObserveAsync(GuestAspects.Programs);
        await StartRawAsync();
        foreach (var milliseconds in new[] { 50, 50, 100 })
        {
            await Agent.Peer.ReturnAsync(await AskedAfterAsync(milliseconds / 1000d, "guest-exec-status"), Running);
            await TakenAsync();
        }

        await Agent.Peer.ReturnAsync(await AskedAfterAsync(0.2, "guest-exec-status"), Exited);

        Assert.Equal("""{"pid":77,"incarnation":1,"exitcode":3,"job":"job"}""", DataOf(await EventAsync("GUEST_EXEC_COMPLETED")));
        Assert.Contains("b2s=", await AskStatusAsync(), StringComparison.Ordinal);
        await AssertNotAskedAsync(60);
        Assert.False(Events.HasMessages);
    }

    [Fact]
    public async Task Need_that_comes_later_is_for_programs_that_run_already()
    {
        await StartReadyAsync();
        await StartRawAsync();

        await ObserveAsync(GuestAspects.Programs);

        await Agent.Peer.ReturnAsync(await AskedAfterAsync(0.05, "guest-exec-status"), Exited);
        await EventAsync("GUEST_EXEC_COMPLETED");
    }

    [Fact]
    public async Task Program_that_the_agent_does_not_know_is_not_asked_for_again()
    {
        await StartReadyAsync();
        await ObserveAsync(GuestAspects.Programs);
        await StartRawAsync();
        await Agent.Peer.ErrorAsync(await AskedAfterAsync(0.05, "guest-exec-status"), "GenericError", "PID 77 does not exist");
        await TakenAsync();

        await AssertNotAskedAsync(60);
        Assert.False(Events.HasMessages);
    }

    [Fact]
    public async Task Program_that_outlives_its_job_is_followed_and_told_with_it()
    {
        Fake.Answers["guest-exec"] = """{"pid": 77}""";
        Fake.Answers["guest-exec-status"] = Running;
        Fake.Answers["guest-file-open"] = "!GenericError";
        await StartReadyAsync();
        await ObserveAsync(GuestAspects.Programs);
        InvokeRun(seconds: 2);
        Assert.Equal(Reasons.StillRunning, (await AdvanceUntilAsync(OutcomeAsync(), step: 0.01)).Reason);

        Fake.Answers["guest-exec-status"] = Exited;

        var happened = await AdvanceUntilAsync(EventAsync("GUEST_EXEC_COMPLETED"), step: 0.05);
        Assert.Equal("""{"pid":77,"incarnation":1,"exitcode":3,"job":"job"}""", DataOf(happened));
    }

    [Fact]
    public async Task Programs_of_an_agent_that_was_restarted_are_forgotten()
    {
        await StartReadyAsync();
        await ObserveAsync(GuestAspects.Programs);
        await StartRawAsync();

        await Qmp.Peer.EventAsync("VSERPORT_CHANGE", """{"open": true, "id": "port7"}""");
        await EventAsync("VSERPORT_CHANGE");
        await EventAsync("GUEST_AGENT_RESTARTED");
        await EventAsync("GUEST_STARTUP");

        await AssertNotAskedAsync(60);
    }

    [Fact]
    public async Task End_of_a_program_is_followed_by_a_look()
    {
        Fake.Answers["guest-exec"] = """{"pid": 77}""";
        Fake.Answers["guest-exec-status"] = Exited;
        await StartObservedAsync(GuestAspects.Network);
        await AnswerAsync(Interfaces, Eth0("10.0.2.15"));
        await AssertNotAskedAsync(10);

        InvokeRun();
        await EventAsync("GUEST_EXEC_COMPLETED");
        await OutcomeAsync();
        await SettleVmAsync();

        await Agent.Peer.ReturnAsync(await AskedAfterAsync(1, Interfaces), Eth0("10.0.2.99"));
        await EventAsync("GUEST_NETWORK_CHANGED");
    }

    private async Task StartRawAsync(string jobId = "job")
    {
        var plan = PlanOf(Guest("guest-exec", """{"path": "/bin/true"}"""));
        Invoke(new JobPlan(jobId, CommandRoute.Guest, plan.Command, plan.Deadline));
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-exec"), """{"pid": 77}""");
        await OutcomeAsync();
        await SettleVmAsync();
    }

    private async Task<string> AskStatusAsync()
    {
        Invoke(Guest("guest-exec-status", """{"pid": 77}"""));
        var outcome = await OutcomeAsync();
        await SettleVmAsync();
        return outcome.Result is { } result ? System.Text.Encoding.UTF8.GetString(result.Span) : "";
    }
}
