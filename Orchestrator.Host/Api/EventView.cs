using System.Globalization;
using Orchestrator.Actors.Events;

namespace Orchestrator.Host.Api;

/// <summary>An event as the API shows it: CloudEvents 1.0, QMP's shape in <c>data</c> (docs/API.md).</summary>
public sealed record EventView
{
    /// <summary>CloudEvents version.</summary>
    public string Specversion { get; } = "1.0";

    /// <summary>Unique with <see cref="Source"/>.</summary>
    public required string Id { get; init; }

    /// <summary>Where it happened.</summary>
    public required string Source { get; init; }

    /// <summary><c>io.orchestrator.qmp.NAME</c>, <c>io.orchestrator.guest.NAME</c>, <c>io.orchestrator.controller.NAME</c> or <c>io.orchestrator.stream.gap</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Name of the VM.</summary>
    public string? Subject { get; init; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Position in the node's stream.</summary>
    public string? Sequence { get; init; }

    /// <summary>UUID of the VM: order is kept within it.</summary>
    public string? Partitionkey { get; init; }

    /// <summary><c>host</c> or <c>guest</c>: who says so.</summary>
    public string? Provenance { get; init; }

    /// <summary>QMP's event object, or the gap.</summary>
    public EventDataView? Data { get; init; }

    /// <summary>From the hub's event.</summary>
    public static EventView Of(FleetEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        var sequence = happened.Sequence.ToString(CultureInfo.InvariantCulture);
        return new EventView
        {
            Id = happened.Position.ToString(),
            Source = happened.VmName.Length == 0 ? $"/hosts/{happened.Host}" : $"/hosts/{happened.Host}/vms/{happened.Vm?.ToString() ?? happened.VmName}",
            Type = happened.Type,
            Subject = happened.VmName.Length == 0 ? null : happened.VmName,
            Time = happened.Time,
            Sequence = sequence,
            Partitionkey = happened.Vm?.ToString(),
            Provenance = happened.Provenance == Actors.Events.Provenance.Guest ? "guest" : "host",
            Data = new EventDataView { Event = happened.Name, Timestamp = TimestampView.Of(happened.Time), Data = RawJson.OrNull(happened.Data) },
        };
    }

    /// <summary>Says which events the reader missed.</summary>
    public static EventView Gap(string host, EventGap gap)
    {
        ArgumentNullException.ThrowIfNull(gap);
        return new EventView
        {
            Id = $"gap/{gap.From}-{gap.To}",
            Source = $"/hosts/{host}",
            Type = "io.orchestrator.stream.gap",
            Data = new EventDataView { From = gap.From, To = gap.To, Reason = "these events are no longer kept: read the VMs' state anew (GET /v1/vms)" },
        };
    }
}

/// <summary>QMP's event object (QMP specification, section 2.5), or which sequences are missing.</summary>
public sealed record EventDataView
{
    /// <summary>Event name.</summary>
    public string? Event { get; init; }

    /// <summary>QEMU's clock.</summary>
    public TimestampView? Timestamp { get; init; }

    /// <summary>The event's own data.</summary>
    public RawJson? Data { get; init; }

    /// <summary>First missing sequence.</summary>
    public long? From { get; init; }

    /// <summary>Last missing sequence.</summary>
    public long? To { get; init; }

    /// <summary>Why they are missing, and what to do.</summary>
    public string? Reason { get; init; }
}

/// <summary>QMP's form of a time.</summary>
public sealed record TimestampView(long Seconds, long Microseconds)
{
    internal static TimestampView Of(DateTimeOffset time) =>
        new(time.ToUnixTimeSeconds(), time.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
}
