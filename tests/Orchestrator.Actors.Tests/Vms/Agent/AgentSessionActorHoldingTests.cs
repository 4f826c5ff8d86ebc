using System.Text.Json;
using Akka.Actor;
using Orchestrator.Actors.Migration;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Commands;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.Vms.Agent;

/// <summary>A migration that is about to stop the guest.</summary>
public sealed class AgentSessionActorHoldingTests : AgentSessionTest
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Outstanding_command_is_waited_for_and_the_next_one_waits_for_the_release()
    {
        var connection = await StartReadyAsync();
        var outstanding = Execute("guest-ping");
        var command = await connection.NextAsync("guest-ping");
        var next = Execute("guest-get-time");
        Hold(5);
        await SettleAsync(Session);
        Assert.False(HasMessages);

        await connection.Peer.ReturnAsync(command, "{}");
        Assert.True((await ExpectMsgAsync<AgentHold.Held>()).IsDrained);
        Assert.IsType<CommandResult.Returned>(await outstanding.ResultAsync());
        await SettleAsync(Session);
        Assert.False(connection.HasNext || next.IsEnded);

        Session.Tell(AgentHold.Release.Instance);
        await connection.NextAsync("guest-get-time");
    }

    [Fact]
    public async Task Agent_with_nothing_to_do_is_drained_at_once_and_gets_nothing_new()
    {
        var connection = await StartReadyAsync();
        Hold(5);
        Assert.True((await ExpectMsgAsync<AgentHold.Held>()).IsDrained);

        var late = Execute("guest-ping", seconds: 3);
        await SettleAsync(Session);
        Assert.False(connection.HasNext);
        Advance(4);

        Assert.Equal((NoReplyCause.DeadlinePassed, false), await late.NoReplyAsync());
    }

    [Fact]
    public async Task Command_that_is_not_answered_in_time_is_told()
    {
        var connection = await StartReadyAsync();
        Execute("guest-ping", seconds: 100);
        var command = await connection.NextAsync("guest-ping");
        Hold(5);
        await SettleAsync(Session);

        Advance(5.1);

        Assert.False((await ExpectMsgAsync<AgentHold.Held>()).IsDrained);
        await connection.Peer.ReturnAsync(command, "{}");
        await SettleAsync(Session);
        Assert.False(HasMessages);
    }

    [Theory]
    [InlineData("guest-exec-status", """{"pid":1}""", true)]
    [InlineData("guest-exec", """{"path":"x"}""", true)]
    [InlineData("guest-file-read", """{"handle":1}""", true)]
    [InlineData("guest-get-time", "{}", false)]
    public async Task Answer_that_has_begun_and_cannot_be_asked_for_again_is_told(string name, string arguments, bool mayBeCut)
    {
        var connection = await StartReadyAsync();
        Execute(name, seconds: 100, arguments);
        await connection.NextAsync(name);
        await HoldsAsync(new AgentHold.Held(IsDrained: false, MayBeCut: false));

        await connection.Peer.SendRawAsync("""{"return": {"pid": """);

        await Eventually.TrueAsync(async () => (await HeldAsync()).MayBeCut == mayBeCut, Longest, "it is told");
        await HoldsAsync(new AgentHold.Held(IsDrained: false, mayBeCut));
    }

    [Fact]
    public async Task Step_of_a_transfer_goes_back_and_may_be_cut()
    {
        var connection = await StartReadyAsync();
        _ = new AgentChannel(Session, Time).ExecuteAsync(EncodedCommand.ForGuest("guest-file-read", JsonElement.Parse("""{"handle":1}""")), TimeSpan.FromSeconds(100));
        await connection.NextAsync("guest-file-read");
        await connection.Peer.SendRawAsync("""{"return": {"count": """);
        await SettleAsync(Session);

        await HoldsAsync(new AgentHold.Held(IsDrained: false, MayBeCut: false));
    }

    /// <summary>It would be written at any moment, perhaps when nobody reads it any more.</summary>
    [Fact]
    public async Task Command_that_only_had_its_question_before_it_waits_for_the_release()
    {
        var connection = await StartReadyAsync();
        Advance(Settings.AgentFreshness + TimeSpan.FromSeconds(1));
        Execute("guest-exec", seconds: 100, """{"path":"x"}""");
        var question = await connection.NextAsync("guest-ping");
        Hold(5);
        await SettleAsync(Session);

        await connection.Peer.ReturnAsync(question);

        Assert.True((await ExpectMsgAsync<AgentHold.Held>()).IsDrained);
        await SettleAsync(Session);
        Assert.False(connection.HasNext);
        Session.Tell(AgentHold.Release.Instance);
        await connection.NextAsync("guest-exec");
    }

    [Fact]
    public async Task Command_whose_deadline_passes_meanwhile_is_under_way_no_more()
    {
        var connection = await StartReadyAsync();
        Execute("guest-ping", seconds: 2);
        await connection.NextAsync("guest-ping");
        Hold(5);
        await SettleAsync(Session);

        Advance(2.1);

        Assert.True((await ExpectMsgAsync<AgentHold.Held>()).IsDrained);
    }

    [Fact]
    public async Task Commands_go_on_when_whoever_asked_has_forgotten_them()
    {
        var connection = await StartReadyAsync();
        Hold(5);
        await ExpectMsgAsync<AgentHold.Held>();
        Execute("guest-ping", seconds: 100);
        await SettleAsync(Session);
        Assert.False(connection.HasNext);

        Advance(Longest + TimeSpan.FromSeconds(1));

        await connection.NextAsync("guest-ping");
    }

    [Fact]
    public async Task Agent_that_is_not_there_has_nothing_under_way()
    {
        StartSession();
        Hold(5);
        Assert.True((await ExpectMsgAsync<AgentHold.Held>()).IsDrained);
    }

    private async Task HoldsAsync(AgentHold.Held expected) => Assert.Equal(expected, await HeldAsync());

    private async Task<AgentHold.Held> HeldAsync()
    {
        Hold(0.1);
        await SettleAsync(Session);
        Advance(0.2);
        return await ExpectMsgAsync<AgentHold.Held>();
    }

    private void Hold(double drain) => Session.Tell(new AgentHold.Take(TimeSpan.FromSeconds(drain), Longest), TestActor);
}
