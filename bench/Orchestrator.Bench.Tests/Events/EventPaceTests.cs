using Orchestrator.Bench.Events.Peers;

namespace Orchestrator.Bench.Tests.Events;

public class EventPaceTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(9.9, 1)]
    [InlineData(10, 2)]
    [InlineData(25, 3)]
    [InlineData(90, 10)]
    [InlineData(10_000, 10)]
    public void The_first_event_is_due_at_once_and_no_more_than_all(double milliseconds, long due) =>
        Assert.Equal(due, new EventPace(100, 10).DueAfter(TimeSpan.FromMilliseconds(milliseconds)));
}
