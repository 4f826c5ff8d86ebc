namespace Orchestrator.Actors.Controllers.Shipped.Backup;

/// <summary>What is to be backed up, and what is under way; kept between the handlers. Its size does not grow with the fleet.</summary>
internal sealed record BackupState
{
    /// <summary>The schedule that <see cref="NextAt"/> is of.</summary>
    public string? Schedule { get; init; }

    /// <summary>When a backup of all groups is due.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>When the last backup of all groups was begun.</summary>
    public DateTimeOffset? RunAt { get; init; }

    /// <summary>While all groups are backed up, in the order of their names: the last one that was begun, empty before the first; <see langword="null"/> if they are not.</summary>
    public string? RunAfter { get; init; }

    /// <summary>Whether all groups are to be backed up, once that is possible.</summary>
    public bool IsRunAsked { get; init; }

    /// <summary>Groups that were asked for one by one, oldest first.</summary>
    public IReadOnlyList<string>? Asked { get; init; }

    /// <summary>Groups whose backup has begun, or is about to.</summary>
    public IReadOnlyList<string>? UnderWay { get; init; }
}
