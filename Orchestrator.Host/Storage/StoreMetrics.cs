using System.Diagnostics;
using System.Diagnostics.Metrics;
using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Host.Storage;

/// <summary>What is measured of one store: its writes, counted in the groups in which they are committed.</summary>
internal sealed class StoreMetrics
{
    private static readonly string[] Names = ["jobs", "events", "postgres"];

    private static readonly Tallies Writes = ProductMeter.Counter("orchestrator.store.writes", "{write}", "Writes that were committed.", "store", Names);
    private static readonly Tallies Failures = ProductMeter.Counter("orchestrator.store.write_failures", "{write}", "Writes that failed.", "store", Names);
    private static readonly Histogram<double> Duration = ProductMeter.Durations("orchestrator.store.write.duration", "From the beginning of a transaction to its end on disk.");
    private static readonly Tallies Queue = new("store", Names);

    private readonly int _place;
    private readonly KeyValuePair<string, object?> _label;

    static StoreMetrics() => ProductMeter.Instance.CreateObservableUpDownCounter("orchestrator.store.writes_waiting", Queue.Measure, "{write}", "Writes that wait for the disk.");

    private StoreMetrics(int place) => (_place, _label) = (place, KeyValuePair.Create("store", (object?)Names[place]));

    /// <summary>The node's own database: leases, subscriptions, controllers, and jobs where they are not in PostgreSQL.</summary>
    public static StoreMetrics Jobs { get; } = new(0);

    /// <summary>The event log.</summary>
    public static StoreMetrics Events { get; } = new(1);

    /// <summary>Jobs in PostgreSQL.</summary>
    public static StoreMetrics Postgres { get; } = new(2);

    /// <summary>Of a database by its file's name.</summary>
    public static StoreMetrics Of(string path) => Path.GetFileName(path).StartsWith(Names[1], StringComparison.Ordinal) ? Events : Jobs;

    /// <summary>Writes committed / failed / waiting so far.</summary>
    public (long Written, long Failed, long Waiting) Counts => (Writes[_place], Failures[_place], Queue[_place]);

    /// <summary>Writes came to the queue, or left it.</summary>
    public void Waiting(int by) => Queue.Add(_place, by);

    /// <summary>A transaction begins.</summary>
    public long Begin() => Stopwatch.GetTimestamp();

    /// <summary>It has ended.</summary>
    /// <param name="started">From <see cref="Begin"/>.</param>
    /// <param name="writes">In it.</param>
    /// <param name="failed">Of these, those that were not committed.</param>
    public void End(long started, int writes, int failed)
    {
        Writes.Add(_place, writes - failed);
        Failures.Add(_place, failed);
        Duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, _label);
    }
}
