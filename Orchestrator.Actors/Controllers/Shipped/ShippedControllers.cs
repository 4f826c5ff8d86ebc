using Orchestrator.Actors.Controllers.Shipped.Backup;
using Orchestrator.Actors.Controllers.Shipped.Facts;
using Orchestrator.Actors.Controllers.Shipped.TimeSync;
using Orchestrator.Actors.Controllers.Shipped.Watchdog;

namespace Orchestrator.Actors.Controllers.Shipped;

/// <summary>The controllers that come with the node, by name.</summary>
public static class ShippedControllers
{
    private static readonly SortedDictionary<string, Func<ControllerOptions, Controller>> Makers = new(StringComparer.Ordinal)
    {
        ["backup"] = options => new BackupController(options),
        ["facts"] = options => new FactsController(options),
        ["time-sync"] = options => new TimeSyncController(options),
        ["watchdog"] = options => new WatchdogController(options),
    };

    /// <summary>Their names, sorted.</summary>
    public static IReadOnlyCollection<string> Names => Makers.Keys;

    /// <summary>Makes one; <see langword="null"/> if there is none of that name.</summary>
    /// <exception cref="ArgumentException">An option is not as it must be: the message says which and how.</exception>
    public static Controller? Create(string name, ControllerOptions options) => Makers.TryGetValue(name, out var make) ? make(options) : null;
}
