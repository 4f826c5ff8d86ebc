using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Host.Storage;

/// <summary>
/// What selectors look at in the VM of an event and what seldom changes: a row for each state of it, shared by all its events. Writing is the
/// writer's thread alone, reading is any.
/// </summary>
internal sealed class SeenVms
{
    private const int MaxCached = 16_384;

    /// <summary>Rows before the first look for those that no event needs any more.</summary>
    private const long FewRows = 10_000;

    private readonly Dictionary<string, (State Newest, long Key)> _written = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<long, VmSnapshot> _read = new();
    private long _sweepAt = FewRows;

    /// <summary>The row of an event's VM; made if there is none.</summary>
    public long KeyOf(SqliteSession session, FleetEvent happened)
    {
        var state = new State(happened.Vm, happened.Host, happened.Seen?.Labels, happened.Seen?.Facts);
        if (_written.TryGetValue(happened.VmName, out var known) && known.Newest == state)
            return known.Key;
        var document = JsonSerializer.SerializeToUtf8Bytes(SeenVm.Of(happened), SeenVmJson.Default.SeenVm);
        session.Execute("INSERT INTO vm (document) VALUES (?1) ON CONFLICT DO NOTHING", document);
        var key = (long)session.Scalar("SELECT key FROM vm WHERE document = ?1", document)!;
        if (_written.Count >= MaxCached)
            _written.Clear();
        _written[happened.VmName] = (state, key);
        return key;
    }

    /// <summary>Rows that were made may be gone: a write failed, or they were swept.</summary>
    public void Forget() => _written.Clear();

    /// <summary>A row as a snapshot.</summary>
    public VmSnapshot Read(long key, Func<byte[]> document)
    {
        if (_read.TryGetValue(key, out var seen))
            return seen;
        if (_read.Count >= MaxCached)
            _read.Clear();
        return _read[key] = JsonSerializer.Deserialize(document(), SeenVmJson.Default.SeenVm)!.Snapshot();
    }

    /// <summary>Forgets the rows that no event needs, when they have become many.</summary>
    public void Sweep(SqliteSession session)
    {
        if ((long)session.Scalar("SELECT count(*) FROM vm")! < _sweepAt)
            return;
        session.Execute("DELETE FROM vm WHERE key NOT IN (SELECT DISTINCT vm FROM event)");
        _sweepAt = (2 * (long)session.Scalar("SELECT count(*) FROM vm")!) + FewRows;
        Forget();
    }

    /// <summary>What a row holds, and nothing else of the event, whose data may be long. Labels and facts are compared by reference: a VM's snapshots share them until they change.</summary>
    private readonly record struct State(VmId? Vm, string Host, FrozenDictionary<string, string>? Labels, FrozenDictionary<string, string>? Facts);
}

/// <summary>A row of <see cref="SeenVms"/>.</summary>
internal sealed record SeenVm(string Host, string Name, Guid? Id, SortedDictionary<string, string>? Labels, SortedDictionary<string, string>? Facts)
{
    public static SeenVm Of(FleetEvent happened) => new(happened.Host, happened.VmName, happened.Vm?.Value, Sorted(happened.Seen?.Labels), Sorted(happened.Seen?.Facts));

    public VmSnapshot Snapshot() => new()
    {
        Id = Id is { } id ? new VmId(id) : null,
        Name = Name,
        Host = Host,
        Labels = Labels?.ToFrozenDictionary(StringComparer.Ordinal) ?? FrozenDictionary<string, string>.Empty,
        Facts = Facts?.ToFrozenDictionary(StringComparer.Ordinal) ?? FrozenDictionary<string, string>.Empty,
    };

    private static SortedDictionary<string, string>? Sorted(FrozenDictionary<string, string>? items) => items is null or { Count: 0 } ? null : new(items, StringComparer.Ordinal);
}

/// <summary>How <see cref="SeenVm"/> is written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SeenVm))]
internal sealed partial class SeenVmJson : JsonSerializerContext;
