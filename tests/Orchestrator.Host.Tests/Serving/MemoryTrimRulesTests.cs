using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Serving;

public sealed class MemoryTrimRulesTests
{
    private readonly MemoryTrimRules _rules = new();
    private long _allocated;

    [Fact]
    public void Memory_is_given_back_at_rest_after_much_work()
    {
        Assert.False(Look(MemoryTrimRules.WorkBytes));
        Assert.True(Look(1000));
    }

    [Fact]
    public void Little_work_is_not_worth_it()
    {
        Assert.False(Look(MemoryTrimRules.WorkBytes / 2));
        Assert.All(Enumerable.Range(0, 100), _ => Assert.False(Look(1000)));
    }

    [Fact]
    public void Node_that_works_is_not_stopped_for_it() => Assert.All(Enumerable.Range(0, 100), _ => Assert.False(Look(MemoryTrimRules.RestBytes)));

    [Fact]
    public void It_is_not_done_again_before_five_minutes_of_which_the_work_may_be_any()
    {
        Look(MemoryTrimRules.WorkBytes);
        Assert.True(Look(0));

        Assert.False(Look(MemoryTrimRules.WorkBytes));
        Assert.All(Enumerable.Range(0, MemoryTrimRules.Looks - 1), _ => Assert.False(Look(0)));
        Assert.True(Look(0));
        Assert.All(Enumerable.Range(0, 2 * MemoryTrimRules.Looks), _ => Assert.False(Look(0)));
    }

    private bool Look(long allocated) => _rules.IsDue(_allocated += allocated);
}
