namespace Orchestrator.Actors.Clustering.Duties;

/// <summary>Of a <see cref="DutyActor"/> to itself.</summary>
internal static class DutySignals
{
    /// <summary>The store answered; <paramref name="Claim"/> is <see langword="null"/> while another node has it.</summary>
    internal sealed record Claimed(DutyClaim? Claim, long AskedAt) : ILocalSignal;

    /// <summary>The store answered.</summary>
    internal sealed record Renewed(bool IsKept, long AskedAt) : ILocalSignal;

    /// <summary>The store did not answer, or cannot.</summary>
    internal sealed record Failed(string Message) : ILocalSignal;

    internal sealed class ClaimDue : ILocalSignal
    {
        public static readonly ClaimDue Instance = new();
    }

    internal sealed class RenewDue : ILocalSignal
    {
        public static readonly RenewDue Instance = new();
    }
}
