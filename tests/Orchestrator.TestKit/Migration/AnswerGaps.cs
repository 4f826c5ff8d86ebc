namespace Orchestrator.TestKit.Migration;

/// <summary>When answers came, and how long none did. Thread-safe.</summary>
public sealed class AnswerGaps(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<long> _answers = [];

    /// <summary>An answer has come.</summary>
    public void Note()
    {
        lock (_gate)
            _answers.Add(time.GetTimestamp());
    }

    /// <summary>The longest time between two answers that follow each other, as far as it lies within a span of time; its ends count as answers.</summary>
    /// <param name="from">Timestamp of the clock.</param>
    /// <param name="to">Timestamp of the clock, not before <paramref name="from"/>.</param>
    public TimeSpan LongestWithin(long from, long to)
    {
        lock (_gate)
        {
            var (last, longest) = (from, 0L);
            foreach (var answer in _answers.Where(answer => answer > from && answer < to).Append(to))
                (last, longest) = (answer, Math.Max(longest, answer - last));
            return time.GetElapsedTime(0, longest);
        }
    }
}
