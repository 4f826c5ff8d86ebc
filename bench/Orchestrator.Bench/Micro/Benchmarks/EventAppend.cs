using BenchmarkDotNet.Attributes;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Storage;
using Orchestrator.Host.Storage;

namespace Orchestrator.Bench.Micro.Benchmarks;

/// <summary>What an event costs its log: a number, a place on disk, a place in memory.</summary>
public class EventAppend
{
    private const int Batch = 256;
    private const int KeptInMemory = 16_384;

    private readonly FleetEvent[] _events = SampleEvents.Of(Batch);
    private readonly FleetEvent[] _numbered = new FleetEvent[Batch];
    private readonly EventHistory _history = new(new EventLogExtent([new EventEpoch(1, 1)], 1, 0), KeptInMemory);
    private string _directory = "";
    private SqliteEventStore _store = null!;
    private long _last;

    /// <summary>Makes a log on disk.</summary>
    [GlobalSetup]
    public async Task PrepareAsync()
    {
        _directory = Directory.CreateTempSubdirectory("ob-").FullName;
        _store = await SqliteEventStore.OpenAsync(Path.Combine(_directory, "events.db"), TimeProvider.System);
    }

    /// <summary>Removes it.</summary>
    [GlobalCleanup]
    public async Task EndAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>On disk, an event of a batch of 256.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public async Task DiskAsync()
    {
        for (var i = 0; i < Batch; i++)
            _numbered[i] = _events[i] with { Sequence = ++_last };
        await _store.AppendAsync(_numbered);
    }

    /// <summary>In memory: numbered, and shown to readers.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public bool Memory()
    {
        for (var i = 0; i < Batch; i++)
            _numbered[i] = _history.Number(_events[i]);
        return _history.Show(_numbered);
    }
}
