using System.Text;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Protocol.Tests.Agent;

/// <summary>What a session tells of a guest that sends what it should not, and what it passes over as honest.</summary>
public class AgentSessionMisconductTests
{
    private const int Allowed = 100_000;
    private static readonly AgentSessionOptions Small = new() { MaxReplyBytes = Allowed, MaxUnsolicitedBytes = 1000 };

    [Fact]
    public async Task Honest_agent_gives_no_cause_but_the_error_before_its_synchronization()
    {
        await using var test = await AgentTest.ReadyAsync();
        for (var i = 0; i < 10; i++)
            await test.AssertUsableAsync();

        Assert.Equal((MisconductKind.StaleMessage, 0L), KindAndBytes(Assert.Single(test.Misconduct)));
    }

    [Fact]
    public async Task Second_answer_is_told_with_its_bytes()
    {
        await using var test = await AgentTest.ReadyAsync();
        test.Misconduct.Clear();
        var result = test.BeginAsync(AgentTest.Ping);
        var command = await test.Agent.ReadCommandAsync();
        var answer = FakeAgent.Return(command.Id, "{}");

        await test.Agent.SendRawAsync($"{answer}\n{answer}\n");

        Assert.Equal("{}", AgentTest.ValueOf(await result));
        var told = Assert.Single(test.Misconduct);
        Assert.Equal((MisconductKind.Violation, (long)answer.Length), KindAndBytes(told));
        Assert.Equal((ViolationKind.Unasked, answer, 0L), (told.Violation.Kind, Text(told.Violation), told.Violation.Offset));
        Assert.Null(told.Command);
    }

    [Theory]
    [InlineData("""{"host-name": 7}""", "return.host-name", "7}, ")]
    [InlineData("""{"host-name": "a", "host-name": "b"}""", "return.host-name", "\"host-name\": \"b")]
    [InlineData("""{"host-name": "a" x}""", "", "x}, ")]
    [InlineData("""{"host-name": "\ud800"}""", "return.host-name", "\"\\ud800\"")]
    [InlineData("{}", "return.host-name", "}, ")]
    public async Task Broken_answer_is_told_with_its_command_its_path_and_the_bytes_at_the_place(string value, string path, string at)
    {
        await using var test = await AgentTest.ReadyAsync();
        test.Misconduct.Clear();
        var result = test.BeginAsync(AgentTest.HostName);
        var command = await test.Agent.ReadCommandAsync();
        var message = FakeAgent.Return(command.Id, value);

        await test.Agent.SendLineAsync(message);

        var told = Assert.Single(test.Misconduct);
        Assert.Equal((MisconductKind.Violation, 0L), KindAndBytes(told));
        Assert.Equal(("guest-get-host-name", path), (told.Command, told.Violation.Path));
        Assert.Equal(told.Violation, Assert.IsType<CommandResult.Violated>(await result).Violation);
        Assert.StartsWith(message[(int)told.Violation.Offset..][..Text(told.Violation).Length], Text(told.Violation));
        var place = message.LastIndexOf(at, StringComparison.Ordinal) - (int)told.Violation.Offset;
        Assert.InRange(place, 0, 17);
    }

    [Fact]
    public async Task Excerpt_is_short_whatever_the_length_of_the_answer()
    {
        await using var test = await AgentTest.ReadyAsync();
        test.Misconduct.Clear();
        var result = test.BeginAsync(AgentTest.HostName);

        await test.Agent.ReturnAsync(await test.Agent.ReadCommandAsync(), $$"""{"other": "{{new string('x', 50_000)}}", "host-name": null, "more": "{{new string('y', 50_000)}}"}""");

        Assert.Equal(ViolationKind.Schema, AgentTest.ViolationOf(await result));
        var violation = Assert.Single(test.Misconduct).Violation;
        Assert.Equal(64, violation.Excerpt.Length);
        Assert.InRange(violation.Offset, 50_000, 50_050);
        Assert.Contains("null", Text(violation));
    }

    [Fact]
    public async Task Rest_of_a_predecessors_answer_is_honest_and_what_goes_beyond_the_longest_one_is_not()
    {
        await using var test = new AgentTest(Small);
        test.Session.BeginSynchronize();
        var command = await test.Agent.ReadCommandAsync();

        await test.Agent.SendRawAsync(new string('A', Allowed - 1));
        Assert.Empty(test.Misconduct);
        await test.Agent.SendRawAsync(new string('A', 500));
        Assert.Equal((MisconductKind.Bytes, 499L), KindAndBytes(Assert.Single(test.Misconduct)));
        Assert.Equal(new string('A', 64), Text(test.Misconduct.First().Violation));

        await test.Agent.SendRawAsync("\n");
        await test.Agent.AnswerSynchronizationAsync(command);
        await test.AssertUsableAsync();
    }

    [Fact]
    public async Task Rest_of_an_answer_that_came_too_late_is_honest_until_the_synchronization()
    {
        await using var test = await AgentTest.ReadyAsync(Small);
        test.Misconduct.Clear();
        _ = test.BeginAsync(AgentTest.HostName);
        await test.Agent.ReadCommandAsync();
        test.PassDeadline();

        await test.Agent.SendLineAsync(new string('A', Allowed));
        Assert.Equal((MisconductKind.StaleMessage, 0L), KindAndBytes(Assert.Single(test.Misconduct)));
        await test.SynchronizeAsync();
        test.Misconduct.Clear();

        await test.Agent.SendLineAsync(new string('A', 2000));
        Assert.Equal([(MisconductKind.Violation, 0L), (MisconductKind.Bytes, 2000L)], test.Misconduct.Select(KindAndBytes));
        await test.AssertUsableAsync();
    }

    [Fact]
    public async Task Too_large_an_answer_is_one_violation_and_its_bytes_are_counted_only_beyond_the_longest_one()
    {
        await using var test = await AgentTest.ReadyAsync(Small);
        test.Misconduct.Clear();
        var result = test.BeginAsync(AgentTest.HostName);
        await test.Agent.ReadCommandAsync();

        for (var i = 0; i < 3; i++)
            await test.Agent.SendRawAsync(new string('x', Allowed));
        await test.Agent.SendRawAsync("\n");

        Assert.Equal(ViolationKind.TooLarge, AgentTest.ViolationOf(await result));
        Assert.Equal(2 * Allowed, test.Misconduct.Sum(told => told.UnaskedBytes));
        var violation = Assert.Single(test.Misconduct, told => told.Kind == MisconductKind.Violation);
        Assert.Equal(("guest-get-host-name", 3L * Allowed - 64), (violation.Command, violation.Violation.Offset));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\u00ff")]
    [InlineData("a\u00ff")]
    public async Task Bytes_that_make_no_message_are_counted_all_the_same(string piece)
    {
        await using var test = await AgentTest.ReadyAsync();
        test.Misconduct.Clear();

        await test.Agent.SendRawAsync(string.Concat(Enumerable.Repeat(piece, 1000)));

        Assert.InRange(test.Misconduct.Sum(told => told.UnaskedBytes), 999, 2000);
        await test.AssertUsableAsync();
    }

    [Fact]
    public async Task Late_answer_that_breaks_the_schema_is_told_too()
    {
        await using var test = await AgentTest.ReadyAsync();
        test.Misconduct.Clear();
        _ = test.BeginAsync(AgentTest.HostName);
        var command = await test.Agent.ReadCommandAsync();
        test.PassDeadline();

        await test.Agent.ReturnAsync(command, """{"host-name": []}""");

        Assert.Equal("return.host-name", Assert.Single(test.Misconduct).Violation.Path);
        Assert.IsType<CommandResult.Violated>(Assert.Single(test.LateReplies).Result);
    }

    [Fact]
    public async Task Decoded_tokens_are_told_and_an_empty_answer_has_none()
    {
        await using var test = await AgentTest.ReadyAsync();
        var ping = test.BeginAsync(AgentTest.Ping);
        await test.Agent.ReturnAsync(await test.Agent.ReadCommandAsync());
        await ping;
        Assert.Equal(0, test.DecodedTokens);

        await test.AssertUsableAsync();
        Assert.Equal(4, test.DecodedTokens);
    }

    [Theory]
    [InlineData("""{"class": "A", "class": "B", "desc": "d"}""", "expected each name once")]
    [InlineData("""{"class": "A", "desc": 7}""", "expected strings class and desc")]
    [InlineData("""{"class": "A", "desc": "\ud800"}""", "expected valid JSON and Unicode")]
    [InlineData("""{"class": null, "desc": "d"}""", "expected strings class and desc")]
    public async Task Error_that_is_itself_broken_is_a_violation(string error, string detail)
    {
        await using var test = await AgentTest.ReadyAsync();
        var result = test.BeginAsync(AgentTest.HostName);
        var command = await test.Agent.ReadCommandAsync();

        await test.Agent.SendLineAsync($$"""{"error": {{error}}, "id": {{command.Id}}}""");

        var violation = Assert.IsType<CommandResult.Violated>(await result).Violation;
        Assert.Equal((ViolationKind.Malformed, "error", detail), (violation.Kind, violation.Path, violation.Detail));
        Assert.False(violation.Excerpt.IsEmpty);
    }

    private static (MisconductKind Kind, long Bytes) KindAndBytes(Misconduct told) => (told.Kind, told.UnaskedBytes);

    private static string Text(ReplyViolation violation) => Encoding.Latin1.GetString(violation.Excerpt.Span);
}
