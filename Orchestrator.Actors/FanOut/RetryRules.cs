using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.FanOut;

/// <summary>Whether a command may be sent again after an outcome, by its class: the documentation's table (docs/OUTCOMES.md), as pure functions.</summary>
internal static class RetryRules
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Whether a repetition does no harm, whatever it is good for.</summary>
    public static bool IsSafe(CommandClass commandClass, Outcome outcome) => outcome.Phase != Phase.Succeeded && commandClass switch
    {
        CommandClass.ReadOnly => true,
        CommandClass.Idempotent => outcome.Effect == Effect.None || outcome.Phase == Phase.Unknown,
        _ => outcome.Effect == Effect.None,
    };

    /// <summary>Whether the job tries once more by itself.</summary>
    /// <param name="commandClass">The command's class.</param>
    /// <param name="outcome">Of the last attempt.</param>
    /// <param name="attempts">Most attempts.</param>
    public static bool TriesAgain(CommandClass commandClass, Outcome outcome, int attempts) =>
        outcome.Attempt < attempts && !IsFinal(outcome) && IsSafe(commandClass, outcome);

    /// <summary>Pause after an attempt: 1 s, doubling to 30 s.</summary>
    public static TimeSpan PauseAfter(int attempt)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(attempt, 10) - 1);
        return pause < LongestPause ? pause : LongestPause;
    }

    /// <summary>The next answer would be the same, or somebody did not want one.</summary>
    private static bool IsFinal(Outcome outcome) => outcome.Phase is Phase.Succeeded or Phase.Cancelled or Phase.Skipped
        || outcome.Reason is Reasons.Unsupported or Reasons.DisabledByGuest or Reasons.InvalidArgument or Reasons.VmNotFound or Reasons.GuestQuarantined or Reasons.StoreUnavailable;
}
