using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qmp;

namespace Orchestrator.Protocol.Tests.Qmp;

public class QmpSessionCommandTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task Answers_in_any_order_go_to_their_own_commands()
    {
        await using var test = await QmpTest.OnlineAsync();
        var names = new[] { "query-name", "query-uuid", "query-status" };
        var results = names.Select(name => test.ExecuteAsync(name)).ToArray();
        var commands = new[] { await test.Server.ReadCommandAsync(), await test.Server.ReadCommandAsync(), await test.Server.ReadCommandAsync() };

        foreach (var command in commands.Reverse())
            await test.Server.ReturnAsync(command, $$"""{"answers":"{{command.Name}}"}""");

        Assert.Equal(names.Select(name => $$"""{"answers":"{{name}}"}"""), (await Task.WhenAll(results)).Select(QmpTest.ValueOf));
    }

    [Fact]
    public async Task Answer_byte_by_byte_with_events_in_between_is_whole()
    {
        await using var test = await QmpTest.OnlineAsync();
        test.Server.MaxWriteBytes = 1;
        var result = test.ExecuteAsync("cont");
        var command = await test.Server.ReadCommandAsync();

        await test.Server.EventAsync("RESUME");
        await test.Server.ReturnAsync(command, """{"text": "\u00e9 \ud83d\ude00", "n": 1.5}""");

        Assert.Equal("""{"text":"é 😀","n":1.5}""", QmpTest.ValueOf(await result).Replace("\\u00E9", "é").Replace("\\uD83D\\uDE00", "😀"));
        Assert.Equal("RESUME", Assert.Single(test.Events).Name);
    }

    [Fact]
    public async Task Error_is_told_with_class_and_description()
    {
        await using var test = await QmpTest.OnlineAsync();
        var result = test.ExecuteAsync("no-such");

        await test.Server.ErrorAsync((await test.Server.ReadCommandAsync()).Id, "CommandNotFound", "The command no-such has not been found");

        Assert.Equal(new CommandResult.Refused(new CommandError("CommandNotFound", "The command no-such has not been found")), await result);
    }

    [Theory]
    [InlineData("\"1\"")]
    [InlineData("null")]
    [InlineData("2.0")]
    [InlineData("3")]
    [InlineData("-2")]
    [InlineData(null)]
    public async Task Answer_with_another_id_or_none_is_dropped(string? id)
    {
        await using var test = await QmpTest.OnlineAsync();
        var result = test.ExecuteAsync("query-name");
        var command = await test.Server.ReadCommandAsync();
        Assert.Equal("2", command.Id);

        await test.Server.ReturnAsync(id, "\"stolen\"");
        await test.Server.ErrorAsync(id, "GenericError", "JSON parse error");

        Assert.False(result.IsCompleted);
        Assert.Equal(2, test.Session.DroppedFrames);
        await test.Server.ReturnAsync(command, "\"right\"");
        Assert.Equal("\"right\"", QmpTest.ValueOf(await result));
    }

    [Fact]
    public async Task Second_answer_to_one_command_is_dropped()
    {
        await using var test = await QmpTest.OnlineAsync();
        var result = test.ExecuteAsync("query-name");
        var command = await test.Server.ReadCommandAsync();

        await test.Server.ReturnAsync(command, "\"first\"");
        await test.Server.ReturnAsync(command, "\"second\"");

        Assert.Equal("\"first\"", QmpTest.ValueOf(await result));
        Assert.Equal(1, test.Session.DroppedFrames);
    }

    [Fact]
    public async Task Late_answer_is_dropped_and_the_next_command_gets_its_own()
    {
        await using var test = await QmpTest.OnlineAsync();
        var late = test.ExecuteAsync("query-name");
        var lateCommand = await test.Server.ReadCommandAsync();
        test.Time.Advance(QmpTest.Timeout - Millisecond);
        Assert.False(late.IsCompleted);
        test.Time.Advance(Millisecond);
        var next = test.ExecuteAsync("query-uuid");

        await test.Server.ReturnAsync(lateCommand, "\"late\"");
        await test.Server.ReturnAsync(await test.Server.ReadCommandAsync("query-uuid"), "\"next\"");

        Assert.Equal((NoReplyCause.DeadlinePassed, true), CauseOf(await late));
        Assert.Equal("\"next\"", QmpTest.ValueOf(await next));
        Assert.Equal(1, test.Session.DroppedFrames);
    }

    [Theory]
    [InlineData("""{"return": "\ud800", "id": 2}""")]
    [InlineData("""{"return": {"a": 1, "a": 2}, "id": 2}""")]
    [InlineData("""{"return": 1e400, "id": 2}""")]
    [InlineData("""{"error": {"class": "GenericError"}, "id": 2}""")]
    [InlineData("""{"error": "text", "id": 2}""")]
    [InlineData("""{"error": {"class": "\ud800", "desc": ""}, "id": 2}""")]
    public async Task Answer_that_is_not_strict_JSON_fails_only_its_command(string message)
    {
        await using var test = await QmpTest.OnlineAsync();
        var result = test.ExecuteAsync("query-name");
        await test.Server.ReadCommandAsync();

        await test.Server.SendLineAsync(message);
        var next = test.ExecuteAsync("query-uuid");
        await test.Server.ReturnAsync(await test.Server.ReadCommandAsync("query-uuid"));

        Assert.IsType<CommandResult.Violated>(await result);
        Assert.Equal("{}", QmpTest.ValueOf(await next));
    }

    [Fact]
    public async Task Garbage_between_messages_is_dropped_and_nothing_else_happens()
    {
        await using var test = await QmpTest.OnlineAsync();
        var result = test.ExecuteAsync("query-name");
        var command = await test.Server.ReadCommandAsync();
        string[] garbage = ["inf", "{", "\u00c0\u0080", new string('[', 10_000), """{"return": 1, "return": 2, "id": 2}""", """{"\ud800": 1, "return": 1, "id": 2}"""];

        foreach (var line in garbage)
            await test.Server.SendLineAsync(line);
        await test.Server.ReturnAsync(command, "7");

        Assert.Equal("7", QmpTest.ValueOf(await result));
        Assert.Equal(garbage.Length, test.Session.DroppedFrames);
    }

    [Fact]
    public async Task Oversized_answer_fails_only_the_command_whose_id_is_at_its_end()
    {
        await using var test = await QmpTest.OnlineAsync(new QmpSessionOptions { MaxFrameBytes = 1000 });
        var large = test.ExecuteAsync("query-qmp-schema");
        var small = test.ExecuteAsync("query-name");
        var command = await test.Server.ReadCommandAsync();
        var smallCommand = await test.Server.ReadCommandAsync();

        test.Server.MaxWriteBytes = 300;
        await test.Server.ReturnAsync(command, $"\"{new string('x', 5000)}\"");
        await test.Server.ReturnAsync(smallCommand, "1");

        var violated = Assert.IsType<CommandResult.Violated>(await large);
        Assert.Equal(ViolationKind.TooLarge, violated.Violation.Kind);
        Assert.Contains("the limit is 1000", violated.Violation.Detail);
        Assert.Equal("1", QmpTest.ValueOf(await small));
        Assert.Equal(0, test.Session.DroppedFrames);
    }

    [Theory]
    [InlineData("\"id\": \"2\"}")]
    [InlineData("\"x\": 2}")]
    [InlineData("\"id\":")]
    [InlineData("\"id\": 99}")]
    public async Task Oversized_message_of_nobody_is_dropped(string end)
    {
        await using var test = await QmpTest.OnlineAsync(new QmpSessionOptions { MaxFrameBytes = 1000 });
        var result = test.ExecuteAsync("query-name");
        var command = await test.Server.ReadCommandAsync();

        await test.Server.SendLineAsync($"{{\"return\": \"{new string('x', 5000)}\", " + end);

        Assert.False(result.IsCompleted);
        Assert.Equal(1, test.Session.DroppedFrames);
        await test.Server.ReturnAsync(command);
        Assert.Equal("{}", QmpTest.ValueOf(await result));
    }

    public static (NoReplyCause, bool Written) CauseOf(CommandResult result)
    {
        var noReply = Assert.IsType<CommandResult.NoReply>(result);
        Assert.False(string.IsNullOrWhiteSpace(noReply.Detail));
        return (noReply.Cause, noReply.Written);
    }
}
