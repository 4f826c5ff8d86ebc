using System.Text;
using CsCheck;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Tests.Agent;

/// <summary>What a program on the guest's end of the channel may do to us, and what comes of it.</summary>
public class AgentSessionHostileTests
{
    [Theory]
    [InlineData("""{"event": "SHUTDOWN", "data": {"guest": true}}""")]
    [InlineData("""{"event": "SHUTDOWN", "id": 0}""")]
    [InlineData("""{"QMP": {"version": {}}}""")]
    [InlineData("""{"return": {"host-name": "guessed"}, "id": 1}""")]
    [InlineData("""{"return": {"host-name": "guessed"}}""")]
    [InlineData("""{"return": {"host-name": "guessed"}, "id": "{0}"}""")]
    [InlineData("""{"return": {"host-name": "guessed"}, "id": {0}.0}""")]
    [InlineData("""{"return": {"host-name": "guessed"}, "id": null}""")]
    [InlineData("""{"error": {"class": "GenericError", "desc": "d"}}""")]
    public async Task Message_without_the_commands_id_is_dropped(string message)
    {
        await using var test = await AgentTest.ReadyAsync();
        var dropped = test.Session.DroppedFrames;
        var result = test.BeginAsync(AgentTest.HostName);
        var command = await test.Agent.ReadCommandAsync();

        await test.Agent.SendLineAsync(message.Replace("{0}", command.Id));

        Assert.False(result.IsCompleted);
        Assert.Equal(dropped + 1, test.Session.DroppedFrames);
        await test.Agent.ReturnAsync(command, """{"host-name":"right"}""");
        Assert.Equal("""{"host-name":"right"}""", AgentTest.ValueOf(await result));
    }

    [Fact]
    public async Task Second_answer_is_dropped()
    {
        await using var test = await AgentTest.ReadyAsync();
        var result = test.BeginAsync(AgentTest.Ping);
        var command = await test.Agent.ReadCommandAsync();

        await test.Agent.SendRawAsync(string.Concat(Enumerable.Repeat(TestKit.FakePeers.FakeAgent.Return(command.Id, "{}") + "\n", 3)));

        Assert.Equal("{}", AgentTest.ValueOf(await result));
        Assert.Equal(3, test.Session.DroppedFrames);
        await test.AssertUsableAsync();
    }

    [Fact]
    public async Task Answer_before_the_question_is_dropped()
    {
        await using var test = await AgentTest.ReadyAsync();
        await test.Agent.SendRawAsync("""{"return": {"host-name": "early"}, "id": 1}""" + "\n" + """{"return": {"host-name": "early"}}""" + "\n");

        await test.AssertUsableAsync();
    }

    [Theory]
    [InlineData("inf")]
    [InlineData("""{"return": inf, "id": {0}}""")]
    [InlineData("""{"return": {"host-name": "x"}, "id": {0}, "id": {0}}""")]
    [InlineData("""{"return": {}, "return": {}, "id": {0}}""")]
    [InlineData("""{"return": {}, "\ud800": 1, "id": {0}}""")]
    [InlineData("""{"event": "SHUTDOWN", "id": {0}}""")]
    [InlineData("""{"error": {"class": "\udc00", "desc": "d"}, "id": {0}}""")]
    [InlineData("""{"error": {"class": "GenericError"}, "id": {0}}""")]
    [InlineData("""{"error": [], "id": {0}}""")]
    [InlineData("{\"return\": {\"host-name\": \"\u00c0\u0080")]
    [InlineData("not JSON at all")]
    public async Task Malformed_message_in_the_answers_place_fails_the_command_and_the_trust(string message)
    {
        await using var test = await AgentTest.ReadyAsync();
        var result = test.BeginAsync(AgentTest.HostName);
        var command = await test.Agent.ReadCommandAsync();

        await test.Agent.SendLineAsync(message.Replace("{0}", command.Id));

        Assert.Equal(ViolationKind.Malformed, AgentTest.ViolationOf(await result));
        Assert.Equal(AgentSessionState.Unsynchronized, test.Session.State);
        await test.AssertUsableAsync();
    }

    [Theory]
    [InlineData("""{"host-name": "a", "host-name": "b"}""")]
    [InlineData("""{"host-name": "\ud800"}""")]
    [InlineData("{\"host-name\": \"\u00c0\u0080\"}")]
    [InlineData("""{"host-name": 7}""")]
    [InlineData("""{"host-name": null}""")]
    [InlineData("""{"other": 1e400, "host-name": 1}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task Answer_that_breaks_the_schema_fails_the_command_and_the_next_one_works(string value)
    {
        await using var test = await AgentTest.ReadyAsync();
        var result = test.BeginAsync(AgentTest.HostName);

        await test.Agent.ReturnAsync(await test.Agent.ReadCommandAsync(), value);

        Assert.Equal(ViolationKind.Schema, AgentTest.ViolationOf(await result));
        await test.AssertUsableAsync();
    }

    [Theory]
    [InlineData("[", "")]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "")]
    public async Task Depth_of_ten_thousand_fails_the_command(string open, string close)
    {
        await using var test = await AgentTest.ReadyAsync();
        var result = test.BeginAsync(AgentTest.HostName);
        var command = await test.Agent.ReadCommandAsync();

        await test.Agent.ReturnAsync(command, string.Concat(Enumerable.Repeat(open, 10_000)) + string.Concat(Enumerable.Repeat(close, 10_000)));

        Assert.Equal(ViolationKind.Malformed, AgentTest.ViolationOf(await result));
        await test.AssertUsableAsync();
    }

    [Fact]
    public async Task Oversized_answer_fails_only_its_command()
    {
        await using var test = await AgentTest.ReadyAsync(new AgentSessionOptions { MaxReplyBytes = 10_000 });
        var result = test.BeginAsync(AgentTest.HostName);
        var command = await test.Agent.ReadCommandAsync();

        test.Agent.MaxWriteBytes = 4000;
        await test.Agent.ReturnAsync(command, $"{{\"host-name\": \"{new string('x', 10_000)}\"}}");

        Assert.Equal(ViolationKind.TooLarge, AgentTest.ViolationOf(await result));
        Assert.Equal(AgentSessionState.Unsynchronized, test.Session.State);
        await test.AssertUsableAsync();
    }

    [Fact]
    public async Task Limit_of_a_command_ends_with_it()
    {
        await using var test = await AgentTest.ReadyAsync(new AgentSessionOptions { MaxUnsolicitedBytes = 1000 });
        await test.AssertUsableAsync();
        var dropped = test.Session.DroppedFrames;

        await test.Agent.SendLineAsync(new string('x', 1001));
        await test.Agent.SendLineAsync("""{"return": {}}""");

        Assert.Equal(dropped + 2, test.Session.DroppedFrames);
        await test.AssertUsableAsync();
    }

    [Fact]
    public async Task Agent_without_ids_is_understood_one_command_at_a_time()
    {
        await using var test = await AgentTest.ReadyAsync(echoesIds: false);

        await test.AssertUsableAsync();
        var refused = test.BeginAsync(AgentTest.Ping);
        await test.Agent.ErrorAsync(await test.Agent.ReadCommandAsync(), "CommandNotFound", "has been disabled");

        Assert.Equal(new CommandResult.Refused(new CommandError("CommandNotFound", "has been disabled")), await refused);
        await test.AssertUsableAsync();
    }

    [Fact]
    public async Task Agent_without_ids_cannot_have_one_of_another_command()
    {
        await using var test = await AgentTest.ReadyAsync(echoesIds: false);
        var result = test.BeginAsync(AgentTest.Ping);
        var command = await test.Agent.ReadCommandAsync();

        await test.Agent.ReturnAsync("7");
        await test.Agent.SendLineAsync("""{"event": "SHUTDOWN"}""");

        Assert.False(result.IsCompleted);
        await test.Agent.ReturnAsync(command);
        Assert.Equal("{}", AgentTest.ValueOf(await result));
    }

    [Fact]
    public Task Random_answers_end_as_one_result_and_the_session_goes_on() =>
        Gen.Byte.Array[0, 200].SampleAsync(
            async bytes =>
            {
                await using var test = await AgentTest.ReadyAsync();
                var result = test.BeginAsync(AgentTest.HostName);
                var command = await test.Agent.ReadCommandAsync();

                await test.Agent.SendRawAsync(bytes);
                await test.Agent.SendRawAsync("\n");
                if (!result.IsCompleted)
                    test.PassDeadline();

                Assert.True(await result is CommandResult.Violated or CommandResult.NoReply, $"{Encoding.Latin1.GetString(bytes)} answered {command.Line}");
                await test.AssertUsableAsync();
            },
            iter: 500);
}
