namespace Orchestrator.Actors.FanOut.Storage;

/// <summary>A job as it is kept: enough to go on with it after the node was killed at any moment.</summary>
public sealed record StoredJob
{
    /// <summary>The job as its readers see it.</summary>
    public required JobSnapshot Header { get; init; }

    /// <summary>What the caller asked, as the gateway writes and reads it (UTF-8 JSON); empty for what cannot be taken up again, such as a file that is a stream of the API.</summary>
    public required ReadOnlyMemory<byte> Document { get; init; }

    /// <summary>Unique among jobs, if the caller gave one.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The frozen target list, in the order of the ordinals.</summary>
    public required IReadOnlyList<StoredTarget> Targets { get; init; }

    /// <summary>Targets whose intent is on disk, with the number of the attempt.</summary>
    public IReadOnlyDictionary<int, int> Dispatched { get; init; } = new Dictionary<int, int>();

    /// <summary>Programs that were started and have no outcome yet.</summary>
    public IReadOnlyDictionary<int, ExecEvidence> Started { get; init; } = new Dictionary<int, ExecEvidence>();

    /// <summary>Outcomes, in the order they came.</summary>
    public IReadOnlyList<(int Ordinal, Outcome Outcome)> Outcomes { get; init; } = [];
}

/// <summary>A VM in a frozen target list.</summary>
/// <param name="Vm">Identity; <see langword="null"/> if QMP never told it.</param>
/// <param name="Name">Name on its VmHost.</param>
/// <param name="Host">Its VmHost.</param>
public sealed record StoredTarget(Vms.VmId? Vm, string Name, string Host);
