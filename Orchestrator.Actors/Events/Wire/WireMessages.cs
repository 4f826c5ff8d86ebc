using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Events.Wire;

/// <summary>An <see cref="EventQueries.Read"/> between nodes.</summary>
/// <param name="After"><c>EPOCH:SEQUENCE</c>; absent: from now on.</param>
/// <param name="Max">Most events.</param>
/// <param name="Wait">Whether to wait for one.</param>
/// <param name="PatienceMs">How long.</param>
/// <param name="MaxBytes">Most bytes of events.</param>
/// <param name="Filter">What the reader wants.</param>
internal sealed record WireRead(string? After, int Max, bool Wait, int? PatienceMs, int? MaxBytes, WireFilter? Filter);

/// <summary>A filter as texts.</summary>
/// <param name="Types">Globs.</param>
/// <param name="Vms">A selector.</param>
/// <param name="Expression">A condition.</param>
internal sealed record WireFilter(IReadOnlyList<string>? Types, string? Vms, string? Expression);

/// <summary>An <see cref="EventQueries.Find"/> between nodes.</summary>
internal sealed record WireFind(DateTimeOffset? Since);

/// <summary>An <see cref="EventReplies.Page"/> between nodes.</summary>
internal sealed record WirePage(IReadOnlyList<WireEvent> Events, string Next, EventGap? Gap, bool IsCaughtUp);

/// <summary>An <see cref="EventReplies.Found"/> between nodes.</summary>
internal sealed record WireFound(string Position);

/// <summary>A <see cref="FleetEvent"/> between nodes.</summary>
internal sealed record WireEvent
{
    public long Epoch { get; init; }

    public long Sequence { get; init; }

    public required string Host { get; init; }

    public Guid? Vm { get; init; }

    public required string VmName { get; init; }

    public required string Name { get; init; }

    public string? Controller { get; init; }

    public DateTimeOffset Time { get; init; }

    /// <summary>Whether the guest says so.</summary>
    public bool Guest { get; init; }

    public int Incarnation { get; init; }

    public long Session { get; init; }

    public WireSeen? Seen { get; init; }

    /// <summary>The event's data as they are, not as text.</summary>
    public WireData? Data { get; init; }
}

/// <summary>What selectors look at in the VM of an event.</summary>
internal sealed record WireSeen
{
    public Guid? Id { get; init; }

    public required string Name { get; init; }

    public required string Host { get; init; }

    public VmState State { get; init; }

    public AgentState Agent { get; init; }

    public int Incarnation { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public IReadOnlyDictionary<string, string>? Facts { get; init; }
}

/// <summary>JSON that goes into a message as it is.</summary>
internal sealed record WireData(ReadOnlyMemory<byte> Json);
