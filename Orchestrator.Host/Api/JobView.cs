using Orchestrator.Actors.FanOut;

namespace Orchestrator.Host.Api;

/// <summary>A job as the API shows it (docs/API.md).</summary>
public sealed record JobView
{
    /// <summary>ULID.</summary>
    public required string Id { get; init; }

    /// <summary>The command; <c>run</c> for a program.</summary>
    public required string Command { get; init; }

    /// <summary>The selector as it was written.</summary>
    public required string Target { get; init; }

    /// <summary>Where it stands.</summary>
    public required JobPhase Phase { get; init; }

    /// <summary>Number of VMs.</summary>
    public required int Targets { get; init; }

    /// <summary>Outcomes so far, by phase.</summary>
    public required IReadOnlyDictionary<string, int> Counts { get; init; }

    /// <summary>Outcomes so far, by reason.</summary>
    public required IReadOnlyDictionary<string, int> Reasons { get; init; }

    /// <summary>When it was accepted.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its last outcome came.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>From acceptance to its last outcome, or to now, in milliseconds.</summary>
    public required double ElapsedMs { get; init; }

    /// <summary>True if somebody has cancelled it.</summary>
    public bool? CancelRequested { get; init; }

    /// <summary>Why it is, as its caller said.</summary>
    public string? Comment { get; init; }

    /// <summary>The job whose targets it tries again.</summary>
    public string? RetryOf { get; init; }

    /// <summary>Its place in the trace of whoever asked for it: W3C <c>traceparent</c>.</summary>
    public string? Traceparent { get; init; }

    /// <summary>Why it was halted, or what of it is not on disk.</summary>
    public string? Message { get; init; }

    /// <summary>From the actor's snapshot.</summary>
    public static JobView Of(JobSnapshot job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new JobView
        {
            Id = job.Id,
            Command = job.Command,
            Target = job.Target,
            Phase = job.Phase,
            Targets = job.Targets,
            Counts = job.Counts.ToDictionary(count => count.Key.ToString(), count => count.Value),
            Reasons = job.Reasons,
            CreatedAt = job.CreatedAt,
            EndedAt = job.EndedAt,
            ElapsedMs = Math.Round(job.Elapsed.TotalMilliseconds, 3),
            CancelRequested = job.CancelRequested ? true : null,
            Comment = job.Comment,
            RetryOf = job.RetryOf,
            Traceparent = job.Traceparent,
            Message = job.Message,
        };
    }
}
