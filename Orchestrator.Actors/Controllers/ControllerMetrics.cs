using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Actors.Controllers;

/// <summary>What is measured of controllers, by their names: those of the configuration.</summary>
internal static class ControllerMetrics
{
    private static readonly string[] Results = ["ok", "retried", "failed"];
    private static readonly ConcurrentDictionary<string, Tallies> ByName = new(StringComparer.Ordinal);

    static ControllerMetrics() => ProductMeter.Instance.CreateObservableCounter("orchestrator.controllers.calls", Measure, "{call}", "Calls of controllers' handlers, by how they ended.");

    /// <summary>A handler succeeded, or is passed over, or is tried again.</summary>
    public static void Count(string controller, bool failed, bool again) => Of(controller).Add(again ? 1 : failed ? 2 : 0);

    /// <summary>A controller's calls, in the order <c>ok</c>, <c>retried</c>, <c>failed</c>. Its first mention makes it known to who collects.</summary>
    public static Tallies Of(string controller) => ByName.GetOrAdd(controller, static _ => new Tallies("result", Results));

    private static IEnumerable<Measurement<long>> Measure() =>
        from controller in ByName
        from result in Enumerable.Range(0, Results.Length)
        select new Measurement<long>(controller.Value[result], KeyValuePair.Create("controller", (object?)controller.Key), KeyValuePair.Create("result", (object?)Results[result]));
}
