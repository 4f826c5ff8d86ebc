using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Client;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Guest;
using Orchestrator.Protocol.Qemu;

namespace Orchestrator.Protocol.Tests.Client;

public class VmClientTests
{
    [Fact]
    public async Task Refusal_keeps_class_and_description() =>
        Assert.Equal(
            new CommandError("GenericError", "no"),
            (await Assert.ThrowsAsync<CommandRefusedException>(() => Client(new CommandResult.Refused(new CommandError("GenericError", "no"))).GuestPingAsync())).Error);

    [Fact]
    public async Task Silence_tells_whether_it_was_written()
    {
        var silence = new CommandResult.NoReply(NoReplyCause.DeadlinePassed, Written: true, "late");

        Assert.Same(silence, (await Assert.ThrowsAsync<CommandUnansweredException>(() => Client(silence).GuestPingAsync())).Result);
    }

    [Fact]
    public async Task Violation_keeps_its_path()
    {
        var violation = new ReplyViolation(ViolationKind.Schema, "return.pid", "expected an integer");

        Assert.Same(violation, (await Assert.ThrowsAsync<CommandViolationException>(() => Client(new CommandResult.Violated(violation)).GuestPingAsync())).Violation);
    }

    [Fact]
    public async Task Command_for_QEMU_does_not_go_to_the_agent() =>
        await Assert.ThrowsAsync<CommandUnansweredException>(() => Client(EncodedCommand.EmptyReturn).QueryStatusAsync());

    [Fact]
    public async Task Cancelled_wait_ends_though_no_answer_comes()
    {
        using var cancellation = new CancellationTokenSource();
        var asked = new VmClient(null, new Silent()).GuestPingAsync(cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    private static VmClient Client(CommandResult result) => new(null, new Agent.ScriptedChannel((_, _) => result));

    private sealed class Silent : IAgentChannel
    {
        public Task<CommandResult> ExecuteAsync(EncodedCommand command, TimeSpan timeout) => new TaskCompletionSource<CommandResult>().Task;

        public void CloseLater(EncodedCommand close) => throw new InvalidOperationException("no file was opened");
    }
}
