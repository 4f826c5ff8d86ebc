using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Tests.Agent;

public class AgentSessionEndTests
{
    [Fact]
    public async Task End_of_the_connection_loses_the_command_and_closes_the_session()
    {
        await using var test = await AgentTest.ReadyAsync();
        var result = test.BeginAsync(AgentTest.Ping);
        await test.Agent.SendRawAsync("""{"return": """);

        await test.Agent.DisposeAsync();

        Assert.Equal((NoReplyCause.ConnectionLost, true), AgentTest.CauseOf(await result));
        Assert.Equal("the peer closed the connection in the middle of a message", await test.Closed);
        Assert.Equal((AgentSessionState.Closed, 1), (test.Session.State, test.TimesClosed));
    }

    [Fact]
    public async Task Closed_session_takes_nothing_and_says_so()
    {
        await using var test = await AgentTest.ReadyAsync();
        await test.Session.DisposeAsync();

        test.Session.BeginSynchronize();

        Assert.Equal((NoReplyCause.NotReady, false), AgentTest.CauseOf(await test.BeginAsync(AgentTest.Ping)));
        Assert.Equal(AgentSessionState.Closed, test.Session.State);
        Assert.False(test.Session.TryConfirm());
        Assert.Equal("the connection was closed here", await test.Closed);
    }

    [Fact]
    public async Task Disposing_while_busy_gives_one_result()
    {
        await using var test = await AgentTest.ReadyAsync();
        var result = test.BeginAsync(AgentTest.Ping);

        await test.Session.DisposeAsync();

        Assert.Equal((NoReplyCause.ConnectionLost, true), AgentTest.CauseOf(await result));
        test.Time.Advance(AgentTest.Timeout * 2);
        Assert.Equal((0, 1), (test.TimesSlow, test.TimesClosed));
    }

    [Fact]
    public async Task Reset_loses_the_command()
    {
        await using var test = await AgentTest.ReadyAsync();
        var result = test.BeginAsync(AgentTest.Ping);

        test.Connection.Reset();

        Assert.Equal((NoReplyCause.ConnectionLost, true), AgentTest.CauseOf(await result));
    }

    [Fact]
    public async Task Command_without_success_response_is_confirmed_by_whoever_saw_the_event()
    {
        await using var test = await AgentTest.ReadyAsync();
        var result = test.BeginAsync(AgentTest.Shutdown);
        await test.Agent.ReadCommandAsync("guest-shutdown");

        Assert.True(test.Session.TryConfirm());
        Assert.False(test.Session.TryConfirm());

        Assert.Equal("{}", AgentTest.ValueOf(await result));
        Assert.Equal(AgentSessionState.Unsynchronized, test.Session.State);
        await test.AssertUsableAsync();
    }

    [Fact]
    public async Task Command_without_success_response_is_refused_at_once()
    {
        await using var test = await AgentTest.ReadyAsync();
        var result = test.BeginAsync(AgentTest.Shutdown);

        await test.Agent.ErrorAsync(await test.Agent.ReadCommandAsync(), "GenericError", "child process has failed to shutdown");

        Assert.IsType<CommandResult.Refused>(await result);
        Assert.False(test.Session.TryConfirm());
        await test.AssertUsableAsync();
    }

    [Fact]
    public async Task Command_that_is_answered_cannot_be_confirmed()
    {
        await using var test = await AgentTest.ReadyAsync();
        var result = test.BeginAsync(AgentTest.Ping);

        Assert.False(test.Session.TryConfirm());

        Assert.False(result.IsCompleted);
        await test.Agent.ReturnAsync(await test.Agent.ReadCommandAsync());
        Assert.Equal("{}", AgentTest.ValueOf(await result));
    }
}
