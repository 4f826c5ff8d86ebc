namespace Orchestrator.Host.Serving;

/// <summary>How long after one look at the sources of VMs the next one is due, if nobody gives notice of a change before.</summary>
internal static class LookPace
{
    /// <summary>At least, and always where there are no notices.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(3);

    /// <summary>At most.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Looking takes no more than this part of a processor's time: a look at ten thousand VMs takes 50 ms.</summary>
    private const int Part = 400;

    /// <param name="look">How long the last look took.</param>
    /// <param name="isWatched">Whether the kernel gives notice of all changes: looking only makes that sure.</param>
    public static TimeSpan After(TimeSpan look, bool isWatched) =>
        isWatched ? TimeSpan.FromTicks(Math.Clamp(look.Ticks * Part, Shortest.Ticks, Longest.Ticks)) : Shortest;
}
