using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Tests.Agent;

public class AgentSessionDeadlineTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task Time_out_is_no_cancellation_and_the_late_answer_goes_to_the_old_command()
    {
        await using var test = await AgentTest.ReadyAsync();
        var result = test.BeginAsync(AgentTest.HostName);
        var command = await test.Agent.ReadCommandAsync();

        test.PassDeadline();
        Assert.Equal((NoReplyCause.DeadlinePassed, true), AgentTest.CauseOf(await result));
        Assert.Equal(AgentSessionState.Unsynchronized, test.Session.State);
        await test.Agent.ReturnAsync(command, """{"host-name":"late"}""");

        var late = Assert.Single(test.LateReplies);
        Assert.Same(AgentTest.HostName, late.Command);
        Assert.Equal("""{"host-name":"late"}""", AgentTest.ValueOf(late.Result));
        await test.AssertUsableAsync();
    }

    [Fact]
    public async Task Late_answer_between_synchronization_and_its_answer_goes_to_the_old_command()
    {
        await using var test = await AgentTest.ReadyAsync();
        var result = test.BeginAsync(AgentTest.HostName);
        var command = await test.Agent.ReadCommandAsync();
        test.PassDeadline();
        await result;

        test.Session.BeginSynchronize();
        await test.Agent.ReturnAsync(command, """{"host-name":"late"}""");
        await test.Agent.ReturnAsync(command, """{"host-name":"twice"}""");
        await test.Agent.SynchronizeAsync();

        Assert.Equal("""{"host-name":"late"}""", AgentTest.ValueOf(Assert.Single(test.LateReplies).Result));
        await test.AssertUsableAsync();
    }

    [Fact]
    public async Task Answer_after_a_later_synchronization_is_nobodys()
    {
        await using var test = await AgentTest.ReadyAsync();
        var result = test.BeginAsync(AgentTest.HostName);
        var command = await test.Agent.ReadCommandAsync();
        test.PassDeadline();
        await result;
        await test.SynchronizeAsync();
        var next = test.BeginAsync(AgentTest.HostName);
        var nextCommand = await test.Agent.ReadCommandAsync();

        await test.Agent.ReturnAsync(command, """{"host-name":"forged"}""");

        Assert.False(next.IsCompleted);
        Assert.Empty(test.LateReplies);
        await test.Agent.ReturnAsync(nextCommand, """{"host-name":"right"}""");
        Assert.Equal("""{"host-name":"right"}""", AgentTest.ValueOf(await next));
    }

    [Fact]
    public async Task Slowness_is_told_once_at_three_quarters()
    {
        await using var test = await AgentTest.ReadyAsync();
        var result = test.BeginAsync(AgentTest.Ping);

        test.Time.Advance((AgentTest.Timeout * 0.75) - Millisecond);
        Assert.Equal(0, test.TimesSlow);
        test.Time.Advance(Millisecond);
        Assert.Equal(1, test.TimesSlow);
        test.Time.Advance((AgentTest.Timeout * 0.25) - Millisecond);
        Assert.False(result.IsCompleted);
        test.Time.Advance(Millisecond);

        Assert.Equal(NoReplyCause.DeadlinePassed, AgentTest.CauseOf(await result).Item1);
        Assert.Equal(1, test.TimesSlow);
    }

    [Fact]
    public async Task Answered_command_leaves_no_deadline_behind()
    {
        await using var test = await AgentTest.ReadyAsync();
        await test.AssertUsableAsync();
        test.Time.Advance(AgentTest.Timeout * 0.5);
        await test.AssertUsableAsync();

        test.Time.Advance(AgentTest.Timeout * 2);

        Assert.Equal((AgentSessionState.Ready, 0), (test.Session.State, test.TimesSlow));
    }

    [Fact]
    public async Task Deadline_counts_from_each_commands_own_start()
    {
        await using var test = await AgentTest.ReadyAsync();
        var first = test.BeginAsync(AgentTest.Ping);
        test.Time.Advance(AgentTest.Timeout * 0.8);
        await test.Agent.ReturnAsync(await test.Agent.ReadCommandAsync());
        await first;

        var second = test.BeginAsync(AgentTest.Ping);
        test.Time.Advance(AgentTest.Timeout - Millisecond);

        Assert.False(second.IsCompleted);
        Assert.Equal(2, test.TimesSlow);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task Command_whose_deadline_has_passed_already_is_never_written(int seconds)
    {
        await using var test = await AgentTest.ReadyAsync();

        var result = test.BeginAsync(AgentTest.Shutdown, TimeSpan.FromSeconds(seconds));

        Assert.Equal((NoReplyCause.DeadlinePassed, false), AgentTest.CauseOf(await result));
        Assert.Equal(AgentSessionState.Ready, test.Session.State);
        await test.AssertUsableAsync();
    }

    [Fact]
    public async Task Answer_byte_by_byte_within_the_deadline_counts()
    {
        await using var test = await AgentTest.ReadyAsync();
        var result = test.BeginAsync(AgentTest.HostName, TimeSpan.FromSeconds(1000));
        var answer = TestKit.FakePeers.FakeAgent.Return((await test.Agent.ReadCommandAsync()).Id, """{"host-name": "slow"}""") + "\n";

        foreach (var value in answer)
        {
            Assert.False(result.IsCompleted);
            test.Time.Advance(TimeSpan.FromSeconds(1));
            await test.Agent.SendRawAsync(value.ToString());
        }

        Assert.Equal("""{"host-name":"slow"}""", AgentTest.ValueOf(await result));
    }

    [Fact]
    public async Task Answer_byte_by_byte_beyond_the_deadline_is_late()
    {
        await using var test = await AgentTest.ReadyAsync();
        var result = test.BeginAsync(AgentTest.HostName, TimeSpan.FromSeconds(20));
        var answer = TestKit.FakePeers.FakeAgent.Return((await test.Agent.ReadCommandAsync()).Id, """{"host-name": "slow"}""") + "\n";

        foreach (var value in answer)
        {
            test.Time.Advance(TimeSpan.FromSeconds(1));
            await test.Agent.SendRawAsync(value.ToString());
        }

        Assert.Equal(NoReplyCause.DeadlinePassed, AgentTest.CauseOf(await result).Item1);
        Assert.Equal("""{"host-name":"slow"}""", AgentTest.ValueOf(Assert.Single(test.LateReplies).Result));
        await test.AssertUsableAsync();
    }
}
