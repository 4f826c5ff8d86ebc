using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Protocol.Tests.Agent;

public class AgentSessionSyncTests
{
    [Fact]
    public async Task Synchronization_is_a_sentinel_a_number_and_the_id_zero()
    {
        await using var test = new AgentTest();

        test.Session.BeginSynchronize();
        var command = await test.Agent.ReadCommandAsync();

        var number = FakeAgent.NumberOf(command);
        Assert.Equal("\u00ff{\"execute\":\"guest-sync-delimited\",\"id\":0,\"arguments\":{\"id\":" + number + "}}", command.Line);
        Assert.InRange(long.Parse(number), 1, long.MaxValue);
    }

    [Fact]
    public async Task Stray_error_before_the_answer_is_dropped_and_the_session_is_ready()
    {
        await using var test = new AgentTest();
        Assert.Equal(AgentSessionState.Unsynchronized, test.Session.State);

        await test.SynchronizeAsync();

        Assert.Equal((1, 1L), (test.Synchronizations, test.Session.DroppedFrames));
        await test.AssertUsableAsync();
    }

    [Fact]
    public async Task Answer_byte_by_byte_synchronizes()
    {
        await using var test = new AgentTest();
        test.Agent.MaxWriteBytes = 1;

        await test.SynchronizeAsync();

        await test.AssertUsableAsync();
    }

    [Fact]
    public async Task Answer_without_the_sentinel_does_not_count()
    {
        await using var test = new AgentTest();
        test.Session.BeginSynchronize();
        var command = await test.Agent.ReadCommandAsync();

        await test.Agent.ReturnAsync(command, FakeAgent.NumberOf(command));

        Assert.Equal((AgentSessionState.Unsynchronized, 0), (test.Session.State, test.Synchronizations));
        await test.Agent.AnswerSynchronizationAsync(command);
        Assert.Equal(AgentSessionState.Ready, test.Session.State);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("\"{0}\"")]
    [InlineData("{0}.0")]
    [InlineData("{0}0")]
    [InlineData("[{0}]")]
    [InlineData("99999999999999999999999999999")]
    [InlineData("null")]
    public async Task Wrong_number_does_not_count(string value)
    {
        await using var test = new AgentTest();
        test.Session.BeginSynchronize();
        var command = await test.Agent.ReadCommandAsync();

        await test.Agent.SendLineAsync("\u00ff" + FakeAgent.Return("0", value.Replace("{0}", FakeAgent.NumberOf(command))));

        Assert.Equal(AgentSessionState.Unsynchronized, test.Session.State);
        await test.Agent.AnswerSynchronizationAsync(command);
        Assert.Equal(AgentSessionState.Ready, test.Session.State);
    }

    [Fact]
    public async Task Stream_of_wrong_numbers_at_full_speed_ends_nowhere()
    {
        await using var test = new AgentTest();
        test.Session.BeginSynchronize();
        var command = await test.Agent.ReadCommandAsync();

        await test.Agent.SendRawAsync(string.Concat(Enumerable.Range(1, 20_000).Select(number => $"\u00ff{{\"return\": {number}}}\n")));

        Assert.Equal((AgentSessionState.Unsynchronized, 20_000L), (test.Session.State, test.Session.DroppedFrames));
        await test.Agent.AnswerSynchronizationAsync(command);
        await test.AssertUsableAsync();
    }

    [Fact]
    public async Task Only_the_newest_number_counts()
    {
        await using var test = new AgentTest();
        test.Session.BeginSynchronize();
        test.Session.BeginSynchronize();
        var first = await test.Agent.ReadCommandAsync();
        var second = await test.Agent.ReadCommandAsync();

        await test.Agent.AnswerSynchronizationAsync(first);
        Assert.Equal(AgentSessionState.Unsynchronized, test.Session.State);
        await test.Agent.AnswerSynchronizationAsync(second);

        Assert.Equal((AgentSessionState.Ready, 1), (test.Session.State, test.Synchronizations));
    }

    [Fact]
    public async Task Answer_to_a_synchronization_counts_once()
    {
        await using var test = new AgentTest();
        test.Session.BeginSynchronize();
        var command = await test.Agent.ReadCommandAsync();
        await test.Agent.AnswerSynchronizationAsync(command);
        var result = test.BeginAsync(AgentTest.Ping);

        await test.Agent.AnswerSynchronizationAsync(command);

        Assert.False(result.IsCompleted);
        Assert.Equal((AgentSessionState.Busy, 1), (test.Session.State, test.Synchronizations));
        await test.Agent.ReturnAsync(await test.Agent.ReadCommandAsync());
        Assert.Equal("{}", AgentTest.ValueOf(await result));
    }

    [Fact]
    public async Task Numbers_and_ids_are_never_used_twice()
    {
        await using var test = new AgentTest();
        var seen = new HashSet<string>();
        for (var i = 0; i < 300; i++)
        {
            test.Session.BeginSynchronize();
            var synchronization = await test.Agent.ReadCommandAsync();
            Assert.True(seen.Add(FakeAgent.NumberOf(synchronization)));
            await test.Agent.AnswerSynchronizationAsync(synchronization);
            var result = test.BeginAsync(AgentTest.Ping);
            var ping = await test.Agent.ReadCommandAsync();
            Assert.True(seen.Add(ping.Id!));
            await test.Agent.ReturnAsync(ping);
            await result;
        }
    }

    [Theory]
    [InlineData("""{"return": {}, "id": 5}""" + "\n")]
    [InlineData("AAAAAAAAAAAA\", \"eof\": false}}\n")]
    [InlineData("AAAA\\")]
    [InlineData("AAAAAAAAAAAA")]
    [InlineData("{\"return\": {\"buf-b64\": \"AAAA")]
    [InlineData("\n\r\n{\n}\n")]
    public async Task Tail_of_an_earlier_answer_is_dropped(string tail)
    {
        await using var test = new AgentTest();
        await test.Agent.SendRawAsync(tail);

        await test.SynchronizeAsync();

        await test.AssertUsableAsync();
    }

    [Fact]
    public async Task Tail_of_eleven_megabytes_is_dropped_without_being_kept()
    {
        await using var test = new AgentTest();
        var piece = new string('A', 64 * 1024);
        test.Session.BeginSynchronize();
        var command = await test.Agent.ReadCommandAsync();

        for (var i = 0; i < 11 * 16; i++)
            await test.Agent.SendRawAsync(piece);
        await test.Agent.SendRawAsync("\", \"eof\": false}}\n");

        Assert.Equal((AgentSessionState.Unsynchronized, 1L), (test.Session.State, test.Session.DroppedFrames));
        await test.Agent.AnswerSynchronizationAsync(command);
        await test.AssertUsableAsync();
    }

    [Fact]
    public async Task Command_before_the_synchronization_is_not_written()
    {
        await using var test = new AgentTest();

        var result = test.BeginAsync(AgentTest.Ping);

        Assert.Equal((NoReplyCause.NotReady, false), AgentTest.CauseOf(await result));
        await test.AssertUsableAsync();
    }

    [Fact]
    public async Task Second_command_at_a_time_is_not_written()
    {
        await using var test = await AgentTest.ReadyAsync();
        var first = test.BeginAsync(AgentTest.Ping);

        Assert.Equal((NoReplyCause.NotReady, false), AgentTest.CauseOf(await test.BeginAsync(AgentTest.HostName)));
        await test.Agent.ReturnAsync(await test.Agent.ReadCommandAsync("guest-ping"));
        Assert.Equal("{}", AgentTest.ValueOf(await first));
    }

    [Fact]
    public async Task Synchronizing_while_busy_ends_the_command_as_one_of_a_restarted_agent()
    {
        await using var test = await AgentTest.ReadyAsync();
        var result = test.BeginAsync(AgentTest.Ping);
        var command = await test.Agent.ReadCommandAsync();

        test.Session.BeginSynchronize();
        await test.Agent.ReturnAsync(command);

        Assert.Equal((NoReplyCause.AgentRestarted, true), AgentTest.CauseOf(await result));
        Assert.Equal(AgentSessionState.Unsynchronized, test.Session.State);
        await test.Agent.SynchronizeAsync();
        await test.AssertUsableAsync();
        Assert.Equal(0, test.TimesSlow);
    }

    [Fact]
    public async Task Parser_left_dirty_by_an_earlier_client_is_cleared_by_the_sentinel()
    {
        // qemu-ga keeps an unfinished command over a change of clients: what follows continues it, until the sentinel breaks it off.
        await using var test = new AgentTest();
        test.Session.BeginSynchronize();
        var command = await test.Agent.ReadCommandAsync();
        Assert.True(command.HasSentinel);

        await test.Agent.SendLineAsync("""{"error": {"class": "GenericError", "desc": "JSON parse error, expecting value"}}""");
        await test.Agent.AnswerSynchronizationAsync(command);

        Assert.Equal(2, test.Session.DroppedFrames);
        await test.AssertUsableAsync();
    }
}
