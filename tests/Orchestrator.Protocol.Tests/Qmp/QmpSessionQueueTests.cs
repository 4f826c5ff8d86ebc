using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qmp;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Protocol.Tests.Qmp;

public class QmpSessionQueueTests
{
    private const int InBand = 8;

    [Fact]
    public async Task Ninth_command_waits_until_one_of_eight_is_answered()
    {
        await using var test = await QmpTest.OnlineAsync();
        var results = Begin(test, InBand + 2);
        var commands = await ReadAsync(test, InBand);

        await test.Server.ReturnAsync(commands[3]);

        Assert.Equal("q8", (await test.Server.ReadCommandAsync()).Name);
        Assert.Equal("{}", QmpTest.ValueOf(await results[3]));
        await test.Server.ReturnAsync(commands[0]);
        Assert.Equal("q9", (await test.Server.ReadCommandAsync()).Name);
    }

    [Fact]
    public async Task Out_of_band_command_overtakes_those_that_wait()
    {
        await using var test = await QmpTest.OnlineAsync();
        Begin(test, InBand + 3);
        await ReadAsync(test, InBand);

        var yank = test.ExecuteAsync("yank", outOfBand: true);
        var command = await test.Server.ReadCommandAsync();
        await test.Server.ReturnAsync(command);

        Assert.Equal(("yank", true), (command.Name, command.IsOutOfBand));
        Assert.Equal("{}", QmpTest.ValueOf(await yank));
    }

    [Fact]
    public async Task Answer_to_an_out_of_band_command_frees_no_place()
    {
        await using var test = await QmpTest.OnlineAsync();
        Begin(test, InBand + 1);
        var commands = await ReadAsync(test, InBand);
        var yank = test.ExecuteAsync("yank", outOfBand: true);

        await test.Server.ReturnAsync(await test.Server.ReadCommandAsync("yank"));
        await yank;
        var marker = test.ExecuteAsync("query-yank", outOfBand: true);

        // What the server reads next is the marker: the waiting q8 was not sent.
        await test.Server.ReturnAsync(await test.Server.ReadCommandAsync("query-yank"));
        await marker;
        await test.Server.ReturnAsync(commands[0]);
        await test.Server.ReadCommandAsync("q8");
    }

    [Fact]
    public async Task Full_queue_refuses_at_once_and_nothing_is_written()
    {
        await using var test = await QmpTest.OnlineAsync(new QmpSessionOptions { MaxInBand = 2, MaxQueued = 3 });
        var results = Begin(test, 6);

        Assert.Equal((NoReplyCause.QueueFull, false), QmpSessionCommandTests.CauseOf(await results[5]));
        Assert.All(results[..5], result => Assert.False(result.IsCompleted));
        foreach (var name in new[] { "q0", "q1", "q2", "q3", "q4" })
            await test.Server.ReturnAsync(await test.Server.ReadCommandAsync(name));
        await Task.WhenAll(results);
    }

    [Fact]
    public async Task Command_whose_deadline_passes_in_the_queue_is_never_written()
    {
        await using var test = await QmpTest.OnlineAsync(new QmpSessionOptions { MaxInBand = 1 });
        var first = test.Session.ExecuteAsync(QmpTest.Command("first"), TimeSpan.FromSeconds(60));
        var second = test.Session.ExecuteAsync(QmpTest.Command("second"), TimeSpan.FromSeconds(1));
        var third = test.Session.ExecuteAsync(QmpTest.Command("third"), TimeSpan.FromSeconds(60));

        test.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((NoReplyCause.DeadlinePassed, false), QmpSessionCommandTests.CauseOf(await second));
        await test.Server.ReturnAsync(await test.Server.ReadCommandAsync("first"));
        await test.Server.ReturnAsync(await test.Server.ReadCommandAsync("third"));
        await Task.WhenAll(first, third);
    }

    [Fact]
    public async Task Command_that_waits_can_be_taken_back_and_is_never_written()
    {
        await using var test = await QmpTest.OnlineAsync(new QmpSessionOptions { MaxInBand = 1 });
        var (first, second) = (new TaskReplyReceiver(), new TaskReplyReceiver());
        test.Session.Begin(QmpTest.Command("first"), QmpTest.Timeout, first);
        test.Session.Begin(QmpTest.Command("second"), QmpTest.Timeout, second);
        var third = test.ExecuteAsync("third");

        test.Session.Cancel(second);
        test.Session.Cancel(first);

        Assert.Equal((NoReplyCause.Cancelled, false), QmpSessionCommandTests.CauseOf(await second.Task));
        await test.Server.ReturnAsync(await test.Server.ReadCommandAsync("first"));
        await test.Server.ReturnAsync(await test.Server.ReadCommandAsync("third"));
        Assert.Equal("{}", QmpTest.ValueOf(await first.Task));
        Assert.Equal("{}", QmpTest.ValueOf(await third));
    }

    [Fact]
    public async Task Taking_back_what_has_ended_does_nothing()
    {
        await using var test = await QmpTest.OnlineAsync();
        var answered = new TaskReplyReceiver();
        test.Session.Begin(QmpTest.Command("query-name"), QmpTest.Timeout, answered);
        await test.Server.ReturnAsync(await test.Server.ReadCommandAsync("query-name"));

        Assert.Equal("{}", QmpTest.ValueOf(await answered.Task));
        test.Session.Cancel(answered);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task Command_whose_deadline_has_passed_already_is_never_written(int seconds)
    {
        await using var test = await QmpTest.OnlineAsync();

        var expired = test.Session.ExecuteAsync(QmpTest.Command("stop"), TimeSpan.FromSeconds(seconds));
        var next = test.ExecuteAsync("query-name");

        Assert.Equal((NoReplyCause.DeadlinePassed, false), QmpSessionCommandTests.CauseOf(await expired));
        await test.Server.ReturnAsync(await test.Server.ReadCommandAsync("query-name"));
        await next;
    }

    [Fact]
    public async Task Commands_past_their_deadline_keep_their_places_until_the_server_answers()
    {
        // A stuck server still has them in its queue. With more in it, it would stop reading, and no yank could reach it.
        await using var test = await QmpTest.OnlineAsync(new QmpSessionOptions { MaxInBand = 2 });
        var stuck = Begin(test, 2);
        var commands = await ReadAsync(test, 2);
        test.Time.Advance(QmpTest.Timeout);
        Assert.All(await Task.WhenAll(stuck), result => Assert.Equal((NoReplyCause.DeadlinePassed, true), QmpSessionCommandTests.CauseOf(result)));

        var next = test.ExecuteAsync("query-name");
        var yank = test.ExecuteAsync("yank", outOfBand: true);
        await test.Server.ReturnAsync(await test.Server.ReadCommandAsync("yank"));
        await yank;
        await test.Server.ReturnAsync(commands[0]);

        await test.Server.ReturnAsync(await test.Server.ReadCommandAsync("query-name"));
        Assert.Equal("{}", QmpTest.ValueOf(await next));
        Assert.Equal(1, test.Session.DroppedFrames);
    }

    private static Task<CommandResult>[] Begin(QmpTest test, int count) =>
        [.. Enumerable.Range(0, count).Select(i => test.ExecuteAsync($"q{i}"))];

    private static async Task<FakeCommand[]> ReadAsync(QmpTest test, int count)
    {
        var commands = new FakeCommand[count];
        for (var i = 0; i < count; i++)
            commands[i] = await test.Server.ReadCommandAsync($"q{i}");
        return commands;
    }
}
