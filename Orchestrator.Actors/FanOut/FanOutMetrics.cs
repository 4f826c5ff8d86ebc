using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using System.Reflection;
using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Actors.FanOut;

/// <summary>What is measured of jobs and their commands. Commands are counted in the batches in which their outcomes travel.</summary>
internal static class FanOutMetrics
{
    private const string Other = "Other";
    private const string NoReason = "";

    private static readonly string[] Phases = Enum.GetNames<Phase>();
    private static readonly KeyValuePair<string, object?>[] Routes = [.. Enum.GetNames<CommandRoute>().Select(route => KeyValuePair.Create("route", (object?)route))];

    /// <summary>A closed list: what is no reason of this version's is counted as another.</summary>
    private static readonly string[] Known = [NoReason, .. typeof(Reasons).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!), Other];

    private static readonly FrozenDictionary<string, int> PlaceOf = Known.Index().ToFrozenDictionary(known => known.Item, known => known.Index, StringComparer.Ordinal);
    private static readonly long[] Outcomes = new long[Phases.Length * Known.Length];

    /// <summary>Jobs that have not ended.</summary>
    public static readonly Tally Running = ProductMeter.Level("orchestrator.jobs.running", "{job}", "Jobs that have not ended, paused ones too.");

    /// <summary>Jobs that ended, by how: phases from <see cref="JobPhase.Succeeded"/> on.</summary>
    private static readonly Tallies Ended = ProductMeter.Counter("orchestrator.jobs.ended", "{job}", "Jobs that ended on this node.", "phase", Enum.GetNames<JobPhase>()[(int)JobPhase.Succeeded..]);

    /// <summary>Invocations at their VMs.</summary>
    public static readonly Tally Pending = ProductMeter.Level("orchestrator.invocations.pending", "{invocation}", "Invocations given to VMs of this node that have no outcome yet.");

    /// <summary>From dispatch to answer, by route.</summary>
    public static readonly Histogram<double> Duration = ProductMeter.Durations("orchestrator.command.duration", "From a command's arrival at its VM to the answer, for commands of jobs that were answered.");

    static FanOutMetrics() => ProductMeter.Instance.CreateObservableCounter("orchestrator.outcomes", Measure, "{outcome}", "Outcomes of invocations at VMs of this node.");

    /// <summary>A job has ended.</summary>
    public static void CountEnd(JobPhase phase) => Ended.Add(phase - JobPhase.Succeeded);

    /// <summary>How many jobs ended so.</summary>
    public static long EndedAs(JobPhase phase) => Ended[phase - JobPhase.Succeeded];

    /// <summary>Counts a batch of outcomes.</summary>
    public static void Count(CommandRoute route, IReadOnlyList<(int Ordinal, Outcome Outcome)> ended)
    {
        Pending.Add(-ended.Count);
        var label = Routes[(int)route];
        var isMeasured = Duration.Enabled;
        var (place, equal) = (0, 0);
        for (var at = 0; at < ended.Count; at++)
        {
            var outcome = ended[at].Outcome;
            if (isMeasured && outcome.Phase is Phase.Succeeded or Phase.Failed or Phase.Refused)
                Duration.Record(outcome.Elapsed.TotalSeconds, label);
            var next = Place(outcome.Phase, outcome.Reason);
            if (next != place && equal > 0)
            {
                Interlocked.Add(ref Outcomes[place], equal);
                equal = 0;
            }
            (place, equal) = (next, equal + 1);
        }
        if (equal > 0)
            Interlocked.Add(ref Outcomes[place], equal);
    }

    /// <summary>How many outcomes were such.</summary>
    public static long Of(Phase phase, string? reason) => Interlocked.Read(ref Outcomes[Place(phase, reason)]);

    private static int Place(Phase phase, string? reason) =>
        ((int)phase * Known.Length) + (reason is null ? 0 : PlaceOf.TryGetValue(reason, out var place) ? place : Known.Length - 1);

    /// <summary>Those that came, and success from the start.</summary>
    private static IEnumerable<Measurement<long>> Measure()
    {
        for (var place = 0; place < Outcomes.Length; place++)
        {
            var count = Interlocked.Read(ref Outcomes[place]);
            if (count > 0 || place == Place(Phase.Succeeded, null))
                yield return new Measurement<long>(count, KeyValuePair.Create("phase", (object?)Phases[place / Known.Length]), KeyValuePair.Create("reason", (object?)Known[place % Known.Length]));
        }
    }
}
