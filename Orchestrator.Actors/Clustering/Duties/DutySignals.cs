namespace Orchestrator.Actors.Clustering.Duties;

/// <summary>Of a <see cref="DutyActor"/> to itself.</summary>
internal static class DutySignals
{
    /// <summary>The store answered; <paramref name="Claim"/> is <see langword="null"/> while another node has it.</summary>
    internal sealed record Claimed(DutyClaim? Claim, long AskedAt) : ILocalSignal;

    /// <summary>The store answered about a claim: the one of now, or an earlier one.</summary>
    internal sealed record Renewed(DutyClaim Claim, bool IsKept, long AskedAt) : ILocalSignal;

    /// <summary>The store did not answer, or cannot.</summary>
    /// <param name="Claim">What was to be renewed; <see langword="null"/> when it was asked for one.</param>
    /// <param name="Message">Why.</param>
    internal sealed record Failed(DutyClaim? Claim, string Message) : ILocalSignal;

    internal sealed class ClaimDue : ILocalSignal
    {
        public static readonly ClaimDue Instance = new();
    }

    internal sealed class RenewDue : ILocalSignal
    {
        public static readonly RenewDue Instance = new();
    }

    /// <summary>The claim has not been renewed for too long.</summary>
    internal sealed class PatienceOver : ILocalSignal
    {
        public static readonly PatienceOver Instance = new();
    }
}
