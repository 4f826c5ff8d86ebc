using System.Text;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Actors.Vms.Observation;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Vms.Observation;

public sealed class GuestProgramsTests
{
    private readonly GuestPrograms _programs = new();

    [Fact]
    public void Program_is_known_with_its_job_until_it_has_ended()
    {
        Add(1, "job", isLeft: false);
        Add(2, "", isLeft: true);

        Assert.Equal([2], _programs.Left);
        Assert.Equal("job", _programs.Take(1));
        Assert.Null(_programs.Take(1));
        Assert.Equal("", _programs.Take(2));
    }

    [Fact]
    public void Program_that_takes_over_a_pid_is_another()
    {
        Add(1, "old", isLeft: true);
        Add(2, "x", isLeft: true);
        Add(1, "new", isLeft: true);

        Assert.Equal([2, 1], _programs.Left);
        Assert.Equal("new", _programs.Take(1));
    }

    [Fact]
    public void Program_whose_starter_gave_up_is_left()
    {
        Add(1, "job", isLeft: false);

        _programs.Leave(1);
        _programs.Leave(2);

        Assert.Equal([1], _programs.Left);
        Assert.Equal(TimeSpan.FromSeconds(1), _programs.AnswerTimeoutOf(1));
        Assert.Null(_programs.AnswerTimeoutOf(2));
    }

    [Fact]
    public void Oldest_is_forgotten_beyond_the_limit()
    {
        for (var pid = 0; pid <= GuestPrograms.Capacity; pid++)
            Add(pid, "job", isLeft: true);

        Assert.False(_programs.Contains(0));
        Assert.Equal(GuestPrograms.Capacity, _programs.Left.Count());
        _programs.Clear();
        Assert.Empty(_programs.Left);
        Assert.False(_programs.Contains(1));
    }

    [Theory]
    [InlineData("""{"exited":true,"exitcode":3}""", 3L, null)]
    [InlineData("""{"exited":true,"out-data":"eyJleGl0Y29kZSI6OX0=","signal":9}""", null, 9L)]
    [InlineData("""{"exited":true}""", null, null)]
    public void End_is_read_without_its_output(string answer, long? code, long? signal)
    {
        var returned = new CommandResult.Returned(Encoding.UTF8.GetBytes(answer));

        Assert.Equal(new AgentEvents.ProgramEnded(77, code, signal), ProgramEnds.Read(GuestExecution.EncodeStatus(77), returned));
        Assert.True(ExecJson.HasExited(returned));
    }

    [Fact]
    public void Program_that_runs_has_not_exited_and_other_commands_ask_for_none()
    {
        Assert.False(ExecJson.HasExited(new CommandResult.Returned("""{"exited":false}"""u8.ToArray())));
        Assert.Null(ExecJson.PidOf(EncodedCommand.ForGuest("guest-ping")));
        Assert.Equal(77, ExecJson.PidOf(GuestExecution.EncodeStatus(77)));
        Assert.Equal(5, ExecJson.PidOf(new CommandResult.Returned("""{"pid":5}"""u8.ToArray())));
    }

    private void Add(long pid, string job, bool isLeft) => _programs.Add(pid, job, isLeft, TimeSpan.FromSeconds(1));
}
