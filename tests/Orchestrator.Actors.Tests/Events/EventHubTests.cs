using Akka.Actor;
using Orchestrator.Actors.Events;

namespace Orchestrator.Actors.Tests.Events;

public sealed class EventHubTests : ActorTest
{
    private const int Capacity = 4;
    private readonly IActorRef _hub;

    public EventHubTests() => _hub = Sys.ActorOf(EventHub.PropsFor(Capacity));

    [Fact]
    public async Task Events_are_numbered_in_the_order_they_came()
    {
        Publish("A", "B", "C");

        var page = await ReadAsync(after: 0);

        Assert.Equal([(1L, "A"), (2L, "B"), (3L, "C")], page.Events.Select(happened => (happened.Sequence, happened.Name)));
        Assert.Equal(3, page.Next);
        Assert.Null(page.Gap);
    }

    [Theory]
    [InlineData(0, 10, "7 8 9 10", 10, 1, 6)]
    [InlineData(5, 10, "7 8 9 10", 10, 6, 6)]
    [InlineData(6, 10, "7 8 9 10", 10, null, null)]
    [InlineData(9, 10, "10", 10, null, null)]
    [InlineData(0, 2, "7 8", 8, 1, 6)]
    [InlineData(8, 1, "9", 9, null, null)]
    public async Task A_reader_that_fell_behind_is_told_what_it_missed(int after, int max, string sequences, int next, int? gapFrom, int? gapTo)
    {
        Publish([.. Enumerable.Range(1, 10).Select(number => "E" + number)]);

        var page = await ReadAsync(after, max);

        Assert.Equal(sequences, string.Join(' ', page.Events.Select(happened => happened.Sequence)));
        Assert.Equal(sequences, string.Join(' ', page.Events.Select(happened => happened.Name[1..])));
        Assert.Equal(next, page.Next);
        Assert.Equal(gapFrom is null ? ((long, long)?)null : (gapFrom.Value, gapTo!.Value), page.Gap);
    }

    [Theory]
    [InlineData("")]
    [InlineData("A B")]
    public async Task A_reader_from_before_the_node_was_started_anew_is_told_and_begins_anew(string kept)
    {
        Publish(kept.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        var page = await ReadAsync(after: 17);

        Assert.Equal((1L, 17L), page.Gap);
        Assert.Empty(page.Events);
        Assert.Equal(0, page.Next);
    }

    [Fact]
    public async Task Readers_that_have_everything_wait_for_news()
    {
        Publish("A");
        _hub.Tell(new EventQueries.Read(1, 10), TestActor);
        _hub.Tell(new EventQueries.Read(-1, 10), TestActor);
        await SettleAsync(_hub);
        Assert.False(HasMessages);

        Publish("B");

        foreach (var _ in new[] { 1, 2 })
            Assert.Equal("B", Assert.Single((await ExpectMsgAsync<EventReplies.Page>()).Events).Name);
        Publish("C");
        await SettleAsync(_hub);
        Assert.False(HasMessages);
    }

    [Fact]
    public async Task A_reader_of_what_comes_from_now_on_may_start_before_anything_came()
    {
        _hub.Tell(new EventQueries.Read(-1, 10), TestActor);
        Publish("A");

        var page = await ExpectMsgAsync<EventReplies.Page>();

        Assert.Equal(["A"], page.Events.Select(happened => happened.Name));
        Assert.Null(page.Gap);
    }

    [Fact]
    public async Task Too_many_waiting_readers_send_the_longest_waiting_away()
    {
        var longest = CreateTestProbe();
        _hub.Tell(new EventQueries.Read(0, 10), longest);
        for (var reader = 0; reader < 4096; reader++)
            _hub.Tell(new EventQueries.Read(0, 10), TestActor);

        var page = await longest.ExpectMsgAsync<EventReplies.Page>();

        Assert.Empty(page.Events);
        Assert.Equal(0, page.Next);
        await SettleAsync(_hub);
        Assert.False(HasMessages);
    }

    private void Publish(params string[] names)
    {
        foreach (var name in names)
            _hub.Tell(new FleetEvent { Host = "h", VmName = "v", Name = name, Time = Time.GetUtcNow(), Provenance = Provenance.Host });
    }

    private Task<EventReplies.Page> ReadAsync(long after, int max = 100) => _hub.Ask<EventReplies.Page>(new EventQueries.Read(after, max), Limit);
}
