using Orchestrator.TestKit.Clustering.Switching;

namespace Orchestrator.EndToEnd.Tests.Clustering;

/// <summary>Which frames a fault is for, and what is done to them.</summary>
public sealed class LinkFaultsTests
{
    private static readonly LinkState Whole = new(TimeSpan.Zero, 0);

    [Fact]
    public void Cut_is_for_one_direction_of_one_link()
    {
        var faults = LinkFaults.None.Cut(0, 1);

        Assert.Null(faults.Between(0, 1));
        Assert.Equal(Whole, faults.Between(1, 0));
        Assert.Equal(Whole, faults.Between(0, 2));
        Assert.Equal(Whole, LinkFaults.None.Between(0, 1));
    }

    [Fact]
    public void Isolated_port_is_cut_from_all_others_both_ways()
    {
        var faults = LinkFaults.None.Isolate(1);

        Assert.Null(faults.Between(1, 0));
        Assert.Null(faults.Between(0, 1));
        Assert.Equal(Whole, faults.Between(0, 2));
    }

    [Fact]
    public void Delays_of_both_ends_add_up_and_a_frame_must_survive_both_losses()
    {
        var faults = LinkFaults.None.Slow(0, TimeSpan.FromMilliseconds(10), 0.5).Slow(1, TimeSpan.FromMilliseconds(30), 0.2);

        Assert.Equal(new LinkState(TimeSpan.FromMilliseconds(10), 0.5), faults.Between(0, 2));
        Assert.Equal(new LinkState(TimeSpan.FromMilliseconds(10), 0.5), faults.Between(2, 0));
        var both = faults.Between(0, 1)!.Value;
        Assert.Equal(TimeSpan.FromMilliseconds(40), both.Delay);
        Assert.Equal(0.6, both.Loss, 6);
        Assert.Equal(TimeSpan.Zero, faults.Slow(0, TimeSpan.Zero, 0).Between(0, 2)!.Value.Delay);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 1.1)]
    [InlineData(0, -0.1)]
    [InlineData(0, double.NaN)]
    public void Slowness_that_no_link_can_have_is_refused(int milliseconds, double loss) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => LinkFaults.None.Slow(0, TimeSpan.FromMilliseconds(milliseconds), loss));

    [Fact]
    public void Delayed_frames_leave_by_time_then_by_order_and_not_before()
    {
        var frames = new DelayedFrames(capacity: 3);
        var (early, late) = (TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(20));
        Assert.Null(frames.Wait(TimeSpan.Zero));
        Assert.True(frames.TryAdd(late, 1, [3]));
        Assert.True(frames.TryAdd(early, 2, [1]));
        Assert.True(frames.TryAdd(early, 2, [2]));
        Assert.False(frames.TryAdd(early, 2, [4]));

        Assert.False(frames.TryTake(TimeSpan.FromMilliseconds(9), out _, out _));
        Assert.Equal(TimeSpan.FromMilliseconds(1), frames.Wait(TimeSpan.FromMilliseconds(9)));
        Assert.True(frames.TryTake(early, out var port, out var frame));
        Assert.Equal((2, 1), (port, frame[0]));
        Assert.True(frames.TryTake(late, out _, out frame));
        Assert.Equal(2, frame[0]);
        Assert.Equal(TimeSpan.Zero, frames.Wait(TimeSpan.FromMilliseconds(25)));
        Assert.True(frames.TryTake(late, out port, out frame));
        Assert.Equal((1, 3), (port, frame[0]));
        Assert.False(frames.TryTake(TimeSpan.MaxValue, out _, out _));
    }
}
