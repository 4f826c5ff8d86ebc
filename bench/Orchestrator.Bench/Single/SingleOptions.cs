using System.Globalization;

namespace Orchestrator.Bench.Single;

/// <summary>What one run of the benchmark of single calls does.</summary>
public sealed record SingleOptions
{
    /// <summary>The help text.</summary>
    public static string Usage => """
        usage: single [options]
          --agents N        VMs of the server, of which one is called (1 to 1000; 10)
          --rounds N        measured calls of each command per turn (1 to 100000; 1000)
          --warmup N        pings before those, not measured, and an eighth of them of run-true (0 to 100000; 12000)
          --batches N       turns of each way (1 to 1000; 5)
          --program PATH    the orchestrator (artifacts/orchestrator/orchestrator)
          --results DIR     where the table and the JSON go (bench/results)
        """;

    /// <summary>VMs of the server, of which one is called. 1 to 1000.</summary>
    public int Agents { get; init; } = 10;

    /// <summary>Measured calls of each command per turn. 1 to 100000.</summary>
    public int Rounds { get; init; } = 1000;

    /// <summary>Pings before the measured ones, the same for every way; of <c>run-true</c>, which takes ten times as long, an eighth. 0 to 100000.</summary>
    public int Warmup { get; init; } = 12_000;

    /// <summary>Turns of each way. 1 to 1000.</summary>
    public int Batches { get; init; } = 5;

    /// <summary>The orchestrator's program.</summary>
    public string Program { get; init; } = Path.Combine(RepositoryRoot.Find(), "artifacts", "orchestrator", "orchestrator");

    /// <summary>The directory of the results.</summary>
    public string Results { get; init; } = Path.Combine(RepositoryRoot.Find(), "bench", "results");

    /// <summary>Reads the arguments after <c>single</c>.</summary>
    /// <exception cref="BenchException">An option is unknown, has no value, or its value is out of range.</exception>
    public static SingleOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new SingleOptions();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            if (i + 1 == arguments.Count)
                throw Wrong($"{arguments[i]} is unknown or needs a value");
            options = options.With(arguments[i], arguments[i + 1]);
        }
        return options;
    }

    private SingleOptions With(string name, string value) => name switch
    {
        "--agents" => this with { Agents = Number(name, value, 1, 1000) },
        "--rounds" => this with { Rounds = Number(name, value, 1, 100_000) },
        "--warmup" => this with { Warmup = Number(name, value, 0, 100_000) },
        "--batches" => this with { Batches = Number(name, value, 1, 1000) },
        "--program" => this with { Program = Path.GetFullPath(value) },
        "--results" => this with { Results = Path.GetFullPath(value) },
        _ => throw Wrong($"{name} is unknown"),
    };

    private static int Number(string name, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Wrong($"{name} {value}: must be a number from {least} to {most}");

    private static BenchException Wrong(string what) => new($"{what}\n{Usage}", BenchException.UsageError);
}
