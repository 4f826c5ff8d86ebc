using System.Globalization;

namespace Orchestrator.Bench.Cli;

/// <summary>What one run of the command line's benchmark does.</summary>
public sealed record CliOptions
{
    /// <summary>The help text.</summary>
    public static string Usage => """
        usage: cli [options]
          --vms N           emulated VMs of the node (1 to 20000; 50)
          --starts N        measured starts of each command line, in turn (1 to 10000; 40)
          --program PATH    the orchestrator (artifacts/orchestrator/orchestrator)
          --against PATH    another build of it, measured in turn with the first
          --results DIR     where the table and the JSON go (bench/results)
        """;

    /// <summary>Emulated VMs of the node. 1 to 20000.</summary>
    public int Vms { get; init; } = 50;

    /// <summary>Measured starts of each command line. 1 to 10000.</summary>
    public int Starts { get; init; } = 40;

    /// <summary>The orchestrator's program.</summary>
    public string Program { get; init; } = Path.Combine(RepositoryRoot.Find(), "artifacts", "orchestrator", "orchestrator");

    /// <summary>Another build of it to compare with, if any.</summary>
    public string? Against { get; init; }

    /// <summary>The directory of the results.</summary>
    public string Results { get; init; } = Path.Combine(RepositoryRoot.Find(), "bench", "results");

    /// <summary>Reads the arguments after <c>cli</c>.</summary>
    /// <exception cref="BenchException">An option is unknown, has no value, or its value is out of range.</exception>
    public static CliOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new CliOptions();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            if (i + 1 == arguments.Count)
                throw Wrong($"{arguments[i]} is unknown or needs a value");
            options = options.With(arguments[i], arguments[i + 1]);
        }
        return options;
    }

    private CliOptions With(string name, string value) => name switch
    {
        "--vms" => this with { Vms = Number(name, value, 1, 20_000) },
        "--starts" => this with { Starts = Number(name, value, 1, 10_000) },
        "--program" => this with { Program = Path.GetFullPath(value) },
        "--against" => this with { Against = Path.GetFullPath(value) },
        "--results" => this with { Results = Path.GetFullPath(value) },
        _ => throw Wrong($"{name} is unknown"),
    };

    private static int Number(string name, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Wrong($"{name} {value}: must be a number from {least} to {most}");

    private static BenchException Wrong(string what) => new($"{what}\n{Usage}", BenchException.UsageError);
}
