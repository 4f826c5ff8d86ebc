using System.Text;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Tests.Agent.Exec;

public class ExecJsonTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void The_program_that_is_asked_for_is_read_again(long pid) => Assert.Equal(pid, ExecJson.PidOf(GuestExecution.EncodeStatus(pid)));

    [Fact]
    public void Other_commands_ask_for_no_program() => Assert.Null(ExecJson.PidOf(EncodedCommand.ForGuest("guest-ping")));

    [Fact]
    public void A_started_program_tells_its_pid() => Assert.Equal(42, ExecJson.PidOf(Answer("""{"pid":42}""")));

    [Theory]
    [InlineData("""{"exited":true,"exitcode":0}""", true)]
    [InlineData("""{"exited":false}""", false)]
    [InlineData("""{"out-data":"exited","exited":true}""", true)]
    [InlineData("{}", false)]
    public void An_end_is_told_by_one_member(string answer, bool hasExited) => Assert.Equal(hasExited, ExecJson.HasExited(Answer(answer)));

    [Theory]
    [InlineData("""{"exitcode":3}""", 3L)]
    [InlineData("""{"exitcode":-3}""", -3L)]
    [InlineData("""{"exitcode":"3"}""", null)]
    [InlineData("""{"exitcode":3.5}""", null)]
    [InlineData("""{"signal":3}""", null)]
    [InlineData("""{"other":{"exitcode":3}}""", null)]
    public void A_number_is_a_member_of_the_message_itself(string answer, long? number) => Assert.Equal(number, ExecJson.Number(Encoding.UTF8.GetBytes(answer), "exitcode"u8));

    private static CommandResult.Returned Answer(string json) => new(Encoding.UTF8.GetBytes(json));
}
