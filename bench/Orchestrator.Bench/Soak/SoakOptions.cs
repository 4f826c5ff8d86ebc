using System.Globalization;

namespace Orchestrator.Bench.Soak;

/// <summary>What one run of the soak does.</summary>
public sealed record SoakOptions
{
    /// <summary>The help text.</summary>
    public static string Usage => """
        usage: soak [options]
          --minutes N       of work and rests together (2 to 10080; 20)
          --quick           two minutes, to see that it runs: what is done may be less than four hours' worth
          --vms N           VMs that stay (1 to 20000; 150)
          --churn N         VMs that come and go together (1 to 20000; 120)
          --program PATH    the orchestrator (artifacts/orchestrator/orchestrator)
          --results DIR     where the table and the JSON go (bench/results)
        """;

    /// <summary>Of work and rests together. 2 to 10080.</summary>
    public int Minutes { get; init; } = 20;

    /// <summary>Whether less than four hours' worth of work is enough.</summary>
    public bool Quick { get; init; }

    /// <summary>VMs that stay. 1 to 20000.</summary>
    public int Vms { get; init; } = 150;

    /// <summary>VMs that come and go together. 1 to 20000.</summary>
    public int Churn { get; init; } = 120;

    /// <summary>The orchestrator's program.</summary>
    public string Program { get; init; } = Path.Combine(RepositoryRoot.Find(), "artifacts", "orchestrator", "orchestrator");

    /// <summary>The directory of the results.</summary>
    public string Results { get; init; } = Path.Combine(RepositoryRoot.Find(), "bench", "results");

    /// <summary>Reads the arguments after <c>soak</c>.</summary>
    /// <exception cref="BenchException">An option is unknown, has no value, or its value is out of range.</exception>
    public static SoakOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new SoakOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--quick")
                options = options with { Quick = true, Minutes = 2 };
            else if (i + 1 == arguments.Count)
                throw Wrong($"{arguments[i]} is unknown or needs a value");
            else
                options = options.With(arguments[i], arguments[++i]);
        }
        return options;
    }

    private SoakOptions With(string name, string value) => name switch
    {
        "--minutes" => this with { Minutes = Number(name, value, 2, 10080) },
        "--vms" => this with { Vms = Number(name, value, 1, 20000) },
        "--churn" => this with { Churn = Number(name, value, 1, 20000) },
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
