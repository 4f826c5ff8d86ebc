using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Actors.Events;

namespace Orchestrator.Host.Api;

/// <summary>An event as the API shows it: CloudEvents 1.0, QMP's shape in <c>data</c> (docs/EVENTS.md).</summary>
public sealed record EventView
{
    /// <summary>CloudEvents version.</summary>
    public string Specversion { get; } = "1.0";

    /// <summary>Unique with <see cref="Source"/>: <c>EPOCH:SEQUENCE</c> for what happened to a VM.</summary>
    public required string Id { get; init; }

    /// <summary>Where it happened.</summary>
    public required string Source { get; init; }

    /// <summary>
    /// <c>io.orchestrator.qmp.NAME</c>, <c>io.orchestrator.guest.NAME</c>, <c>io.orchestrator.controller.NAME</c>, <c>io.orchestrator.vm.snapshot</c> or
    /// <c>io.orchestrator.stream.gap|caughtup|stalled|resumed|error</c>.
    /// </summary>
    public required string Type { get; init; }

    /// <summary>Name of the VM.</summary>
    public string? Subject { get; init; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Number in the log of its VmHost.</summary>
    public string? Sequence { get; init; }

    /// <summary>UUID of the VM: order is kept within it.</summary>
    public string? Partitionkey { get; init; }

    /// <summary><c>host</c> or <c>guest</c>: who says so.</summary>
    public string? Provenance { get; init; }

    /// <summary>Incarnation of the VM's agent; 0 before the first.</summary>
    public int? Incarnation { get; init; }

    /// <summary>Number of the VM's session, QMP or agent: never smaller than before.</summary>
    public string? Sessionepoch { get; init; }

    /// <summary>To read on behind it.</summary>
    public string? Cursor { get; init; }

    /// <summary>A <see cref="QmpEventView"/>, a <see cref="GapView"/>, a <see cref="CaughtUpView"/>, a <see cref="NoticeView"/>, a <see cref="VmView"/> or a problem.</summary>
    public object? Data { get; init; }

    /// <summary>What happened to a VM.</summary>
    /// <param name="happened">In a log.</param>
    /// <param name="cursor">Behind it.</param>
    public static EventView Of(FleetEvent happened, EventCursor cursor)
    {
        ArgumentNullException.ThrowIfNull(happened);
        ArgumentNullException.ThrowIfNull(cursor);
        return new EventView
        {
            Id = happened.Position.ToString(),
            Source = happened.Source,
            Type = happened.Type,
            Subject = happened.VmName.Length == 0 ? null : happened.VmName,
            Time = happened.Time,
            Sequence = happened.Sequence.ToString(CultureInfo.InvariantCulture),
            Partitionkey = happened.Vm?.ToString(),
            Provenance = happened.Provenance == Actors.Events.Provenance.Guest ? "guest" : "host",
            Incarnation = happened.Incarnation,
            Sessionepoch = happened.Session == 0 ? null : happened.Session.ToString(CultureInfo.InvariantCulture),
            Cursor = cursor.ToString(),
            Data = new QmpEventView(happened.Name, TimestampView.Of(happened.Time), RawJson.OrNull(happened.Data)),
        };
    }

    /// <summary>Which events the reader misses.</summary>
    /// <param name="host">VmHost of the log.</param>
    /// <param name="gap">What is missing.</param>
    /// <param name="resyncFrom">Before the first event that is not.</param>
    public static EventView OfGap(string host, EventGap gap, EventCursor resyncFrom)
    {
        ArgumentNullException.ThrowIfNull(resyncFrom);
        var data = GapView.Of(gap, resyncFrom);
        return new EventView
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"gap:{resyncFrom[host]}:{gap.From}"),
            Source = $"/hosts/{host}",
            Type = "io.orchestrator.stream.gap",
            Cursor = data.ResyncFrom,
            Data = data,
        };
    }

    /// <summary>A log cannot be read, or can again.</summary>
    /// <param name="notice">Which, and since when.</param>
    /// <param name="cursor">At which the reader stands.</param>
    public static EventView OfNotice(StreamNotice notice, EventCursor cursor)
    {
        ArgumentNullException.ThrowIfNull(notice);
        ArgumentNullException.ThrowIfNull(cursor);
        return new EventView
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"{notice.Kind.ToString().ToLowerInvariant()}:{notice.Since.ToUnixTimeMilliseconds()}"),
            Source = $"/hosts/{notice.Host}",
            Type = notice.Type,
            Time = notice.Since,
            Cursor = cursor.ToString(),
            Data = new NoticeView(notice.Host, notice.Since, notice.Reason),
        };
    }

    /// <summary>The reader has all that there was when it began.</summary>
    /// <param name="host">VmHost of the node that says so.</param>
    /// <param name="without">VmHosts whose logs do not answer.</param>
    /// <param name="cursor">Where the reader stands.</param>
    /// <param name="now">The time.</param>
    internal static EventView OfCaughtUp(string host, IReadOnlyList<string> without, EventCursor cursor, DateTimeOffset now) => new()
    {
        Id = $"caughtup:{Guid.NewGuid()}",
        Source = $"/hosts/{host}",
        Type = "io.orchestrator.stream.caughtup",
        Time = now,
        Cursor = cursor.ToString(),
        Data = without.Count > 0 ? new CaughtUpView(without) : null,
    };

    /// <summary>A VM as it is, for who begins to follow it.</summary>
    internal static EventView OfSnapshot(VmView vm, DateTimeOffset now) => new()
    {
        Id = $"snapshot:{Guid.NewGuid()}",
        Source = $"/hosts/{vm.Host}/vms/{vm.Id ?? vm.Name}",
        Type = "io.orchestrator.vm.snapshot",
        Subject = vm.Name,
        Time = now,
        Partitionkey = vm.Id,
        Provenance = "host",
        Incarnation = vm.Incarnation,
        Data = vm,
    };

    /// <summary>The stream ends here; <paramref name="cursor"/> is where it may be taken up again.</summary>
    internal static EventView OfError(string host, ProblemDetails problem, EventCursor cursor, DateTimeOffset now) =>
        new() { Id = $"error:{Guid.NewGuid()}", Source = $"/hosts/{host}", Type = "io.orchestrator.stream.error", Time = now, Cursor = cursor.ToString(), Data = problem };
}

/// <summary>QMP's event object (QMP specification, section 2.5).</summary>
/// <param name="Event">Event name.</param>
/// <param name="Timestamp">QEMU's clock.</param>
/// <param name="Data">The event's own data.</param>
public sealed record QmpEventView(string Event, TimestampView Timestamp, RawJson? Data);

/// <summary>Events that a reader does not get.</summary>
/// <param name="From">First missing sequence; left out if nobody knows.</param>
/// <param name="To">Last missing sequence; left out if nobody knows.</param>
/// <param name="Cause"><c>expired</c>, <c>dropped</c>, <c>cut</c> or <c>foreign</c>.</param>
/// <param name="Reason">The same in words, and what to do.</param>
/// <param name="ResyncFrom">Cursor of what is still kept.</param>
public sealed record GapView(long? From, long? To, string Cause, string Reason, string ResyncFrom)
{
    internal static GapView Of(EventGap gap, EventCursor resyncFrom)
    {
        ArgumentNullException.ThrowIfNull(gap);
        var isKnown = gap.To >= gap.From;
        return new GapView(isKnown ? gap.From : null, isKnown ? gap.To : null, gap.Cause.ToString().ToLowerInvariant(), $"{Why(gap.Cause)}: read the state of the VMs anew (GET /v1/vms, or initial=true)", resyncFrom.ToString());
    }

    private static string Why(EventGapCause cause) => cause switch
    {
        EventGapCause.Expired => "these events are older than the log keeps them",
        EventGapCause.Dropped => "the log could not be written for so long that these events were given up",
        EventGapCause.Cut => "the node ended without closing its log, and what came behind the last event that you have may be missing",
        _ => "the cursor is of another log than the one that is there now, which is read from its beginning",
    };
}

/// <summary>A log that cannot be read, or can again.</summary>
/// <param name="Host">Its VmHost.</param>
/// <param name="Since">From when on nothing is, or was, read.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record NoticeView(string Host, DateTimeOffset Since, string Reason);

/// <summary>What a reader that has caught up does not have.</summary>
/// <param name="Without">VmHosts whose logs do not answer: their events come when they do.</param>
public sealed record CaughtUpView(IReadOnlyList<string> Without);

/// <summary>QMP's form of a time.</summary>
public sealed record TimestampView(long Seconds, long Microseconds)
{
    internal static TimestampView Of(DateTimeOffset time) =>
        new(time.ToUnixTimeSeconds(), time.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
}
