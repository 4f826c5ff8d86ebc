using System.Globalization;

namespace Orchestrator.Bench.Hostile;

/// <summary>What one run of the hostile benchmark does.</summary>
public sealed record HostileOptions
{
    /// <summary>What the hostile guest can do, in the order of measuring; bench/peers/hostile_agent.c says what each is.</summary>
    public static readonly IReadOnlyList<string> AllModes = ["endless", "replies", "nesting", "trickle"];

    /// <summary>The help text.</summary>
    public static string Usage => $"""
        usage: hostile [options]
          --agents N        honest VMs (1 to 1000; 50)
          --rounds N        measured rounds per turn: one job on all honest VMs, then the single calls (1 to 10000; 100)
          --calls N         single calls per round, each to the next honest VM (1 to 1000; 10)
          --warmup N        rounds before those, not measured (0 to 10000; 20)
          --batches N       turns of each kind and mode (1 to 1000; 7)
          --modes LIST      of {string.Join(",", AllModes)} (all)
          --program PATH    the orchestrator (artifacts/orchestrator/orchestrator)
          --results DIR     where the tables and the JSON go (bench/results)
        """;

    /// <summary>Honest VMs. 1 to 1000.</summary>
    public int Agents { get; init; } = 50;

    /// <summary>Measured rounds per turn. 1 to 10000.</summary>
    public int Rounds { get; init; } = 100;

    /// <summary>Single calls per round. 1 to 1000.</summary>
    public int Calls { get; init; } = 10;

    /// <summary>Rounds before the measured ones. 0 to 10000.</summary>
    public int Warmup { get; init; } = 20;

    /// <summary>Turns of each kind and mode. 1 to 1000.</summary>
    public int Batches { get; init; } = 7;

    /// <summary>Some of <see cref="AllModes"/>, in its order.</summary>
    public IReadOnlyList<string> Modes { get; init; } = AllModes;

    /// <summary>The orchestrator's program.</summary>
    public string Program { get; init; } = Path.Combine(RepositoryRoot.Find(), "artifacts", "orchestrator", "orchestrator");

    /// <summary>The directory of the results.</summary>
    public string Results { get; init; } = Path.Combine(RepositoryRoot.Find(), "bench", "results");

    /// <summary>Reads the arguments after <c>hostile</c>.</summary>
    /// <exception cref="BenchException">An option is unknown, has no value, or its value is out of range.</exception>
    public static HostileOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new HostileOptions();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            if (i + 1 == arguments.Count)
                throw Wrong($"{arguments[i]} is unknown or needs a value");
            options = options.With(arguments[i], arguments[i + 1]);
        }
        return options;
    }

    private HostileOptions With(string name, string value) => name switch
    {
        "--agents" => this with { Agents = Number(name, value, 1, 1000) },
        "--rounds" => this with { Rounds = Number(name, value, 1, 10000) },
        "--calls" => this with { Calls = Number(name, value, 1, 1000) },
        "--warmup" => this with { Warmup = Number(name, value, 0, 10000) },
        "--batches" => this with { Batches = Number(name, value, 1, 1000) },
        "--modes" => this with { Modes = ModesIn(value) },
        "--program" => this with { Program = Path.GetFullPath(value) },
        "--results" => this with { Results = Path.GetFullPath(value) },
        _ => throw Wrong($"{name} is unknown"),
    };

    private static IReadOnlyList<string> ModesIn(string value)
    {
        var chosen = value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var unknown = chosen.Except(AllModes).FirstOrDefault();
        if (unknown is not null || chosen.Length == 0)
            throw Wrong($"--modes {value}: \"{unknown}\" is no mode");
        return [.. AllModes.Where(chosen.Contains)];
    }

    private static int Number(string name, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Wrong($"{name} {value}: must be a number from {least} to {most}");

    private static BenchException Wrong(string what) => new($"{what}\n{Usage}", BenchException.UsageError);
}
