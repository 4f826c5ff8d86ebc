using Orchestrator.TestKit.Migration;

namespace Orchestrator.Bench.Tests.Migrate;

public class AnswerGapsTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void The_longest_gap_is_between_neighbours_within_the_span()
    {
        var gaps = Answered(10, 20, 80, 90);
        Assert.Equal(60, gaps.LongestWithin(At(0), At(100)).TotalMilliseconds);
        Assert.Equal(10, gaps.LongestWithin(At(0), At(20)).TotalMilliseconds);
    }

    [Fact]
    public void A_gap_that_reaches_over_an_end_counts_as_far_as_it_lies_within()
    {
        var gaps = Answered(10, 20, 80);
        Assert.Equal(30, gaps.LongestWithin(At(15), At(50)).TotalMilliseconds);
        Assert.Equal(920, gaps.LongestWithin(At(70), At(1000)).TotalMilliseconds);
    }

    [Fact]
    public void Without_an_answer_all_of_it_is_a_gap() => Assert.Equal(40, Answered().LongestWithin(At(10), At(50)).TotalMilliseconds);

    private AnswerGaps Answered(params int[] milliseconds)
    {
        var gaps = new AnswerGaps(_time);
        foreach (var at in milliseconds)
        {
            _time.Now = At(at);
            gaps.Note();
        }
        return gaps;
    }

    private long At(int milliseconds) => milliseconds * _time.TimestampFrequency / 1000;

    private sealed class ManualTime : TimeProvider
    {
        public long Now { get; set; }

        public override long GetTimestamp() => Now;
    }
}
