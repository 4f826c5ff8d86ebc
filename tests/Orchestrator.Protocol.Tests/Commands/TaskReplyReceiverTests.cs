using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Tests.Commands;

public class TaskReplyReceiverTests
{
    [Fact]
    public async Task A_brief_caller_goes_on_before_the_session_does()
    {
        var receiver = new TaskReplyReceiver(isBrief: true);
        var caller = GoOnAsync();

        // A thread of the pool, as the session's: on the test's own, everything that is awaited goes on later.
        Assert.True(await Task.Run(() =>
        {
            receiver.OnResult(EncodedCommand.EmptyReturn);
            return caller.IsCompleted;
        }));

        async Task GoOnAsync() => await receiver.Task.ConfigureAwait(false);
    }

    [Fact]
    public void Any_other_caller_does_not_keep_the_session_waiting()
    {
        var receiver = new TaskReplyReceiver();
        using var gate = new ManualResetEventSlim();
        var caller = BlockAsync();

        receiver.OnResult(EncodedCommand.EmptyReturn);

        Assert.False(caller.IsCompleted);
        gate.Set();

        async Task BlockAsync()
        {
            await receiver.Task.ConfigureAwait(false);
            gate.Wait();
        }
    }
}
