namespace Orchestrator.Actors.Events.Subscriptions;

/// <summary>What follows from a receiver's answer.</summary>
public abstract record DeliveryVerdict
{
    private DeliveryVerdict()
    {
    }

    /// <summary>The events are delivered.</summary>
    public sealed record Acknowledged : DeliveryVerdict
    {
        /// <summary>The only one.</summary>
        public static readonly Acknowledged Instance = new();
    }

    /// <summary>The same is sent again after a pause.</summary>
    public sealed record Again(TimeSpan Pause) : DeliveryVerdict;

    /// <summary>The events become dead letters, and it goes on behind them.</summary>
    public sealed record GiveUp : DeliveryVerdict
    {
        /// <summary>The only one.</summary>
        public static readonly GiveUp Instance = new();
    }

    /// <summary>The receiver wants no more: the subscription is paused, the events stay where they are.</summary>
    public sealed record Stop : DeliveryVerdict
    {
        /// <summary>The only one.</summary>
        public static readonly Stop Instance = new();
    }
}

/// <summary>Decides what follows from a receiver's answer.</summary>
public static class DeliveryRules
{
    /// <summary>Longest pause without the receiver's asking, before chance is added.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    /// <summary>Longest pause that a receiver is granted.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private const double Growth = 4;
    private const double Spread = 0.2;
    private const int MaxExponent = 10;

    /// <summary>What follows.</summary>
    /// <param name="answer">Of the receiver.</param>
    /// <param name="attempt">Which attempt it answers, from 1.</param>
    /// <param name="retries">Attempts after the first.</param>
    /// <param name="chance">From 0 to 1: pauses of subscriptions that failed together spread.</param>
    public static DeliveryVerdict Decide(WebhookAnswer answer, int attempt, int retries, double chance)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return answer.Status switch
        {
            >= 200 and < 300 => DeliveryVerdict.Acknowledged.Instance,
            410 => DeliveryVerdict.Stop.Instance,
            >= 400 and < 500 and not (408 or 425 or 429) => DeliveryVerdict.GiveUp.Instance,
            _ when attempt > retries => DeliveryVerdict.GiveUp.Instance,
            _ => new DeliveryVerdict.Again(PauseAfter(attempt, chance, answer.RetryAfter)),
        };
    }

    /// <summary>1 s, 4 s, 16 s, 64 s, 256 s, then 5 min, each a fifth more or less; longer if the receiver asks.</summary>
    private static TimeSpan PauseAfter(int attempt, double chance, TimeSpan? asked)
    {
        var pause = FirstPause * Math.Pow(Growth, Math.Min(attempt - 1, MaxExponent));
        var spread = (pause < LongestPause ? pause : LongestPause) * (1 - Spread + (2 * Spread * chance));
        var granted = asked is { } wanted ? TimeSpan.FromTicks(Math.Min(wanted.Ticks, LongestRetryAfter.Ticks)) : TimeSpan.Zero;
        return granted > spread ? granted : spread;
    }
}
