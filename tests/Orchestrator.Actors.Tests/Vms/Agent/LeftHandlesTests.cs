using Akka.Actor;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Agent.Files;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Vms.Agent;

public sealed class LeftHandlesTests : ActorTest
{
    [Fact]
    public void The_oldest_is_forgotten_when_there_are_too_many()
    {
        var left = new LeftHandles(Time);
        for (var handle = 0; handle <= LeftHandles.Capacity; handle++)
            left.Add(GuestFile.EncodeClose(handle));

        for (var handle = 1; handle <= LeftHandles.Capacity; handle++)
            Assert.Equal($$"""{"handle":{{handle}}}""", Next(left));
        Assert.Null(Next(left));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Close_that_was_not_written_comes_back_and_one_that_was_lost_does_not(bool written, bool comesBack)
    {
        var left = new LeftHandles(Time);
        left.Add(GuestFile.EncodeClose(7));
        left.TryTake(TestActor, out var close);

        close!.Receiver.OnResult(new CommandResult.NoReply(NoReplyCause.NotReady, written, "silence"));
        TestActor.Tell("after");

        if (comesBack)
            Assert.Same(close.Command, (await ExpectMsgAsync<AgentCommands.CloseLater>()).Close);
        await ExpectMsgAsync("after");
    }

    private string? Next(LeftHandles left) =>
        left.TryTake(TestActor, out var close) ? System.Text.Encoding.UTF8.GetString(close.Command.Arguments.Span) : null;
}
