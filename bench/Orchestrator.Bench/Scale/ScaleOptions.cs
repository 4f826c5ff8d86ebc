using System.Globalization;
using Orchestrator.Bench.Scale.Nodes;

namespace Orchestrator.Bench.Scale;

/// <summary>What one run of the scale benchmark does.</summary>
public sealed record ScaleOptions
{
    /// <summary>The help text.</summary>
    public static string Usage => $"""
        usage: scale [options]
          --vms LIST        numbers of VMs, ascending, each 1 to 100000 (100,1000,3000,10000, as far as this machine bears them)
          --nodes LIST      numbers of nodes that share them, of {string.Join(",", ScaledNodes.Supported)} (1)
          --batches N       turns of each (1 to 1000; 5)
          --warmup N        commands of a turn before those, at least, five jobs at least (100 to 10000000; 200000)
          --commands N      measured commands per turn at least, five jobs at least (100 to 10000000; 100000)
          --idle SECONDS    how long idling is measured, after a rest (1 to 3600; 15)
          --latency D       of an emulated agent, such as 1ms (none)
          --qmp-sockets W   yes or no: whether each VM has a socket for QMP clients, which takes a third file of the node (yes)
          --program PATH    the orchestrator (artifacts/orchestrator/orchestrator)
          --results DIR     where the table and the JSON go (bench/results)
        """;

    /// <summary>Numbers of VMs; <see langword="null"/> for the usual ones, as far as they fit.</summary>
    public IReadOnlyList<int>? Vms { get; init; }

    /// <summary>Numbers of nodes that share them.</summary>
    public IReadOnlyList<int> Nodes { get; init; } = [1];

    /// <summary>Turns of each number of VMs with each number of nodes. 1 to 1000.</summary>
    public int Batches { get; init; } = 5;

    /// <summary>Commands of a turn before the measured ones, at least: until a node has compiled its code for good. 100 to 10000000.</summary>
    public int Warmup { get; init; } = 200_000;

    /// <summary>Measured commands of a turn, at least. 100 to 10000000.</summary>
    public int Commands { get; init; } = 100_000;

    /// <summary>How long idling is measured, s. 1 to 3600.</summary>
    public int Idle { get; init; } = 15;

    /// <summary>The emulator's <c>--latency</c>, if any.</summary>
    public string? Latency { get; init; }

    /// <summary>Whether nodes make a QMP socket for each VM.</summary>
    public bool QmpSockets { get; init; } = true;

    /// <summary>The orchestrator's program.</summary>
    public string Program { get; init; } = Path.Combine(RepositoryRoot.Find(), "artifacts", "orchestrator", "orchestrator");

    /// <summary>The directory of the results.</summary>
    public string Results { get; init; } = Path.Combine(RepositoryRoot.Find(), "bench", "results");

    /// <summary>Reads the arguments after <c>scale</c>.</summary>
    /// <exception cref="BenchException">An option is unknown, has no value, or its value is out of range.</exception>
    public static ScaleOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new ScaleOptions();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            if (i + 1 == arguments.Count)
                throw Wrong($"{arguments[i]} is unknown or needs a value");
            options = options.With(arguments[i], arguments[i + 1]);
        }
        return options;
    }

    private ScaleOptions With(string name, string value) => name switch
    {
        "--vms" => this with { Vms = Ascending(name, value, 1, 100_000) },
        "--nodes" => this with { Nodes = NodesIn(value) },
        "--batches" => this with { Batches = Number(name, value, 1, 1000) },
        "--warmup" => this with { Warmup = Number(name, value, 100, 10_000_000) },
        "--commands" => this with { Commands = Number(name, value, 100, 10_000_000) },
        "--idle" => this with { Idle = Number(name, value, 1, 3600) },
        "--latency" => this with { Latency = value },
        "--qmp-sockets" => this with { QmpSockets = value switch { "yes" => true, "no" => false, _ => throw Wrong($"{name} {value}: must be yes or no") } },
        "--program" => this with { Program = Path.GetFullPath(value) },
        "--results" => this with { Results = Path.GetFullPath(value) },
        _ => throw Wrong($"{name} is unknown"),
    };

    private static IReadOnlyList<int> NodesIn(string value)
    {
        var nodes = Ascending("--nodes", value, 1, 1000);
        return nodes.FirstOrDefault(count => !ScaledNodes.Supported.Contains(count)) is var unknown and > 0
            ? throw Wrong($"--nodes {value}: {unknown} nodes cannot be measured yet, only {string.Join(",", ScaledNodes.Supported)}")
            : nodes;
    }

    private static IReadOnlyList<int> Ascending(string name, string value, int least, int most)
    {
        int[] numbers = [.. value.Split(',', StringSplitOptions.TrimEntries).Select(number => Number(name, number, least, most))];
        return numbers.Zip(numbers.Skip(1)).All(pair => pair.First < pair.Second) ? numbers : throw Wrong($"{name} {value}: must ascend");
    }

    private static int Number(string name, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Wrong($"{name} {value}: must be a number from {least} to {most}");

    private static BenchException Wrong(string what) => new($"{what}\n{Usage}", BenchException.UsageError);
}
