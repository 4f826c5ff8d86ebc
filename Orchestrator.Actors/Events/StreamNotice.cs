namespace Orchestrator.Actors.Events;

/// <summary>What a reader of the merged stream is told of a log that it cannot read, and that it can again. It has no place in any log.</summary>
/// <param name="Kind">Which of both.</param>
/// <param name="Host">VmHost of the log.</param>
/// <param name="Since">From when on nothing is read.</param>
/// <param name="Reason">Why nothing is read; for people.</param>
public sealed record StreamNotice(StreamNoticeKind Kind, string Host, DateTimeOffset Since, string Reason)
{
    private const string Prefix = "io.orchestrator.stream.";

    /// <summary>CloudEvents type: <c>io.orchestrator.stream.stalled</c> or <c>io.orchestrator.stream.resumed</c>.</summary>
    public string Type => Prefix + (Kind == StreamNoticeKind.Stalled ? "stalled" : "resumed");
}

/// <summary>Kinds of <see cref="StreamNotice"/>.</summary>
public enum StreamNoticeKind
{
    /// <summary>The log does not answer: its events come later, when it does.</summary>
    Stalled,

    /// <summary>The log answers again, and is read from where it was left: nothing is missing but what a gap tells.</summary>
    Resumed,
}
