using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Orchestrator.Actors.Clustering.Wire;

namespace Orchestrator.Actors.Clustering.Inventories;

/// <summary>A <see cref="PartMessages.Part"/> as it fills. A guest chooses how long its facts are: what they take is counted, not guessed.</summary>
internal sealed class PartPage
{
    /// <summary>Of its entries, as they are sent. A VM that takes more has a page of its own.</summary>
    public const int MaxBytes = 60_000;

    /// <summary>Of one VM: what is larger would never arrive.</summary>
    public const int MaxVmBytes = 100_000;

    private readonly List<PartEntry> _changed = [];
    private readonly List<string> _gone = [];
    private int _bytes;
    private long _version;
    private bool _isFull;

    /// <summary>Adds a VM as it is now, unless the page is full.</summary>
    public bool TryAdd(PartEntry entry, long version)
    {
        var bytes = SizeOf(entry);
        if (bytes > MaxVmBytes)
            bytes = SizeOf(entry = Cut(entry, bytes));
        if (!Has(bytes))
            return false;
        _changed.Add(entry);
        _version = version;
        return true;
    }

    /// <summary>Adds a VM that left, unless the page is full.</summary>
    public bool TryAddGone(string path, long version)
    {
        if (!Has(Encoding.UTF8.GetByteCount(path) + 8))
            return false;
        _gone.Add(path);
        _version = version;
        return true;
    }

    /// <summary>The page.</summary>
    /// <param name="after">As it was asked.</param>
    /// <param name="version">Of the inventory.</param>
    /// <param name="isWhole">Whether it begins a whole picture.</param>
    /// <param name="began">Version at which the picture began that it belongs to; 0 if to none.</param>
    public PartMessages.Part Answer(long after, long version, bool isWhole, long began) =>
        new(after, _changed, _gone, _isFull ? _version : version, isWhole, !_isFull, _isFull ? began : 0);

    private bool Has(int bytes)
    {
        if (_bytes > 0 && _bytes + bytes > MaxBytes)
            _isFull = true;
        else
            _bytes += bytes;
        return !_isFull;
    }

    private static int SizeOf(PartEntry entry) => JsonSerializer.SerializeToUtf8Bytes(entry, WireJson.Default.PartEntry).Length + 1;

    /// <summary>Without what people and guests can make any length.</summary>
    private static PartEntry Cut(PartEntry entry, int bytes) => entry with
    {
        Vm = entry.Vm with
        {
            Labels = FrozenDictionary<string, string>.Empty,
            Facts = FrozenDictionary<string, string>.Empty,
            Guest = null,
            Quarantine = null,
            Message = $"its labels and facts take {bytes} bytes and are not told to other nodes: {MaxVmBytes} are the most. Give it fewer labels",
        },
    };
}
