using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Serving;

public sealed class LookPaceTests
{
    [Theory]
    [InlineData(0, true, 3)]
    [InlineData(5, true, 3)]
    [InlineData(50, true, 20)]
    [InlineData(500, true, 30)]
    [InlineData(500, false, 3)]
    public void Look_at_many_vms_is_taken_less_often_where_changes_are_told_anyway(int milliseconds, bool isWatched, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), LookPace.After(TimeSpan.FromMilliseconds(milliseconds), isWatched));
}
