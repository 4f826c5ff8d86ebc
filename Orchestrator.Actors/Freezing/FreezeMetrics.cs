using System.Collections.Concurrent;
using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Actors.Freezing;

/// <summary>What is measured of frozen VMs: read from the <see cref="LeaseBook"/>s of the process when somebody asks.</summary>
public static class FreezeMetrics
{
    private static readonly ConcurrentDictionary<LeaseBook, TimeProvider> Books = [];

    static FreezeMetrics()
    {
        var meter = ProductMeter.Instance;
        meter.CreateObservableUpDownCounter("orchestrator.freezes.leases", () => Sum(static (_, _) => 1), "{lease}", "VMs that are frozen, or may be, under a lease of this node.");
        meter.CreateObservableUpDownCounter("orchestrator.freezes.leases_overdue", () => Sum(static (lease, now) => lease.Deadline < now ? 1 : 0), "{lease}", "Leases whose time is over and whose VM is not known to be thawed.");
        meter.CreateObservableGauge("orchestrator.freezes.oldest_lease_age", () => OldestAge().TotalSeconds, "s", "Time since the oldest lease was given; 0 if there is none.");
    }

    /// <summary>Measures the leases of a book until the result is disposed.</summary>
    /// <param name="book">The node's.</param>
    /// <param name="time">Tells their age.</param>
    public static IDisposable Follow(LeaseBook book, TimeProvider time)
    {
        Books[book] = time;
        return new Followed(book);
    }

    /// <summary>Since the oldest lease was given.</summary>
    internal static TimeSpan OldestAge() => Books
        .SelectMany(book => book.Key.All.Select(lease => book.Value.GetUtcNow() - FanOut.JobIds.TimeOf(lease.Id)))
        .DefaultIfEmpty(TimeSpan.Zero)
        .Max() is var age && age > TimeSpan.Zero ? age : TimeSpan.Zero;

    /// <summary>A number for each lease, together.</summary>
    internal static long Sum(Func<FreezeLease, DateTimeOffset, long> count) => Books.Sum(book => book.Key.All.Sum(lease => count(lease, book.Value.GetUtcNow())));

    private sealed class Followed(LeaseBook book) : IDisposable
    {
        public void Dispose() => Books.TryRemove(book, out _);
    }
}
