namespace Orchestrator.Actors.Clustering.Duties;

/// <summary>Times of duties.</summary>
public sealed record DutySettings
{
    /// <summary>How long a claim lasts without being renewed; 8 s. Another node must wait so long for a duty whose node died.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Between two renewals; 2 s.</summary>
    public TimeSpan RenewPause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>When a claim that could not be renewed counts as lost, since its last renewal was asked for: before the store gives it to another; 6 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>Between two tries to claim; 500 ms.</summary>
    public TimeSpan ClaimPause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Between two reminders of each node, of three; of more nodes, in proportion longer. 2 s.</summary>
    public TimeSpan RemindPause { get; init; } = TimeSpan.FromSeconds(2);
}
