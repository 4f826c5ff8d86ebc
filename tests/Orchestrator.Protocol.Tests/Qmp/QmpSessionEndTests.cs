using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qmp;

namespace Orchestrator.Protocol.Tests.Qmp;

public class QmpSessionEndTests
{
    [Fact]
    public async Task End_of_the_connection_fails_all_and_tells_which_were_written()
    {
        await using var test = await QmpTest.OnlineAsync(new QmpSessionOptions { MaxInBand = 1 });
        var written = test.ExecuteAsync("stop");
        var overtaking = test.ExecuteAsync("yank", outOfBand: true);
        var waiting = test.ExecuteAsync("cont");
        await test.Server.ReadCommandAsync("stop");

        await test.Server.DisposeAsync();

        Assert.Equal((NoReplyCause.ConnectionLost, true), QmpSessionCommandTests.CauseOf(await written));
        Assert.Equal((NoReplyCause.ConnectionLost, true), QmpSessionCommandTests.CauseOf(await overtaking));
        Assert.Equal((NoReplyCause.ConnectionLost, false), QmpSessionCommandTests.CauseOf(await waiting));
        Assert.Equal("the peer closed the connection", await test.Closed);
    }

    [Fact]
    public async Task End_in_the_middle_of_an_answer_loses_it()
    {
        await using var test = await QmpTest.OnlineAsync();
        var result = test.ExecuteAsync("query-name");

        await test.Server.SendRawAsync("""{"return": {}, "id": 2}""");
        await test.Server.DisposeAsync();

        Assert.Equal((NoReplyCause.ConnectionLost, true), QmpSessionCommandTests.CauseOf(await result));
        Assert.Equal("the peer closed the connection in the middle of a message", await test.Closed);
    }

    [Fact]
    public async Task Reset_is_a_lost_connection()
    {
        await using var test = await QmpTest.OnlineAsync();
        var result = test.ExecuteAsync("quit");

        test.Connection.Reset();

        Assert.Equal((NoReplyCause.ConnectionLost, true), QmpSessionCommandTests.CauseOf(await result));
        Assert.Equal("the connection was lost: Connection reset by peer", await test.Closed);
    }

    [Fact]
    public async Task Answer_right_before_the_end_still_counts()
    {
        await using var test = await QmpTest.OnlineAsync();
        var result = test.ExecuteAsync("quit");

        await test.Server.ReturnAsync(await test.Server.ReadCommandAsync("quit"));
        await test.Server.DisposeAsync();

        Assert.Equal("{}", QmpTest.ValueOf(await result));
    }

    [Fact]
    public async Task Command_after_the_end_is_refused_without_being_written()
    {
        await using var test = await QmpTest.OnlineAsync();
        await test.Server.DisposeAsync();
        await test.Session.Completion;

        Assert.Equal((NoReplyCause.ConnectionLost, false), QmpSessionCommandTests.CauseOf(await test.ExecuteAsync("query-name")));
    }

    [Fact]
    public async Task Disposing_ends_outstanding_commands_once_and_tells_the_observer_last()
    {
        await using var test = await QmpTest.OnlineAsync();
        var result = test.ExecuteAsync("query-name");

        await test.Session.DisposeAsync();
        await test.Session.DisposeAsync();

        Assert.True(result.IsCompleted);
        Assert.Equal((NoReplyCause.ConnectionLost, true), QmpSessionCommandTests.CauseOf(await result));
        Assert.Equal("the connection was closed here", await test.Closed);
        Assert.Equal(1, test.TimesClosed);
        test.Time.Advance(QmpTest.Timeout);
    }

    [Fact]
    public async Task Commands_behind_a_peer_that_does_not_read_are_lost_with_the_connection()
    {
        await using var test = await QmpTest.OnlineAsync();
        test.Connection.StopReading();
        var results = new[] { test.ExecuteAsync("query-name"), test.ExecuteAsync("query-uuid") };

        await test.Server.DisposeAsync();

        Assert.All(await Task.WhenAll(results), result => Assert.Equal(NoReplyCause.ConnectionLost, QmpSessionCommandTests.CauseOf(result).Item1));
    }

    [Fact]
    public async Task Commands_behind_a_peer_that_reads_again_arrive_in_order()
    {
        await using var test = await QmpTest.OnlineAsync();
        test.Connection.StopReading();
        var results = Enumerable.Range(0, 5).Select(i => test.ExecuteAsync($"q{i}")).ToArray();

        test.Connection.ResumeReading();

        for (var i = 0; i < 5; i++)
            await test.Server.ReturnAsync(await test.Server.ReadCommandAsync($"q{i}"));
        Assert.All(await Task.WhenAll(results), result => Assert.Equal("{}", QmpTest.ValueOf(result)));
    }
}
