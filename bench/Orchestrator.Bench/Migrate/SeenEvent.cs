using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Bench.Migrate;

/// <summary>An event of a VM. Each VmHost has a log of its own; between two of them there is no order.</summary>
/// <param name="Host">The VmHost whose log has it.</param>
/// <param name="Sequence">Its number in that log.</param>
/// <param name="Name">Its name; of a change of a migration with its phase.</param>
public sealed record SeenEvent(string Host, long Sequence, string Name)
{
    /// <summary>What happens to a VM in one migration, in this order. One log has all of it: that of the node whose VM it was at the time.</summary>
    public static readonly IReadOnlyList<string> OfMigration = ["STOP", "VM_MIGRATION_CHANGED completed", "RESUME"];

    /// <summary>From a line of a stream; <see langword="null"/> if it is about the stream itself.</summary>
    public static SeenEvent? Parse(string line)
    {
        var read = JsonElement.Parse(line);
        if (!read.TryGetProperty("sequence", out var sequence) || !read.TryGetProperty("data", out var data) || !data.TryGetProperty("event", out var name))
            return null;
        var phase = name.ValueEquals("VM_MIGRATION_CHANGED") ? " " + data.GetProperty("data").GetProperty("phase").GetString() : "";
        // /hosts/HOST/vms/UUID
        var host = read.GetProperty("source").GetString()!.Split('/')[2];
        return new SeenEvent(host, long.Parse(sequence.GetString()!, CultureInfo.InvariantCulture), name.GetString() + phase);
    }

    /// <summary>The last event of each log.</summary>
    public static IReadOnlyList<SeenEvent> Last(IEnumerable<SeenEvent> log) => [.. log.GroupBy(logged => logged.Host).Select(host => host.MaxBy(logged => logged.Sequence)!)];

    /// <summary>How many events a subscriber did not get, or not in their order, of those that each log has between its first one of it and the end.</summary>
    public static int Lost(IReadOnlyList<SeenEvent> seen, IReadOnlyList<SeenEvent> log)
    {
        var seenOf = seen.ToLookup(one => one.Host);
        return log.GroupBy(logged => logged.Host).Sum(host => LostOfOne([.. seenOf[host.Key]], [.. host]));
    }

    /// <summary>How many events of that many migrations are not in the logs, or not in their order.</summary>
    public static int Missing(IEnumerable<SeenEvent> log, int migrations)
    {
        var told = log.Where(logged => OfMigration.Contains(logged.Name)).GroupBy(logged => logged.Host, logged => logged.Name).Select(host => host.ToArray()).ToArray();
        var (expected, count) = (OfMigration.Count * migrations, told.Sum(names => names.Length));
        return expected == count
            ? told.Sum(names => names.Where((name, index) => name != OfMigration[index % OfMigration.Count]).Count())
            : Math.Max(1, Math.Abs(expected - count));
    }

    private static int LostOfOne(IReadOnlyList<SeenEvent> seen, IReadOnlyList<SeenEvent> log)
    {
        if (seen.Count == 0)
            return log.Count;
        var due = log.Where(logged => logged.Sequence >= seen[0].Sequence);
        var disorder = seen.Zip(seen.Skip(1)).Count(pair => pair.Second.Sequence <= pair.First.Sequence);
        return due.Except(seen).Count() + disorder;
    }
}
