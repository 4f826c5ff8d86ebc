namespace Orchestrator.Bench.Micro;

/// <summary>What one run of the micro-benchmarks does.</summary>
public sealed record MicroOptions
{
    /// <summary>The help text.</summary>
    public static string Usage => """
        usage: micro [options]
          --filter TEXT     only benchmarks whose names have TEXT in them, such as Decode or Session.Ping; then no page is kept (all)
          --budget FILE     bytes that each benchmark may allocate (bench/budget.json)
          --program PATH    the orchestrator, for Job.Command (artifacts/orchestrator/orchestrator)
          --results DIR     where the table and the JSON go (bench/results)
        """;

    /// <summary>What the names of the measured benchmarks have in them; empty for all.</summary>
    public string Filter { get; init; } = "";

    /// <summary>The file of the allocation budget.</summary>
    public string Budget { get; init; } = Path.Combine(RepositoryRoot.Find(), "bench", "budget.json");

    /// <summary>The orchestrator's program.</summary>
    public string Program { get; init; } = Path.Combine(RepositoryRoot.Find(), "artifacts", "orchestrator", "orchestrator");

    /// <summary>The directory of the results.</summary>
    public string Results { get; init; } = Path.Combine(RepositoryRoot.Find(), "bench", "results");

    /// <summary>Reads the arguments after <c>micro</c>.</summary>
    /// <exception cref="BenchException">An option is unknown or has no value.</exception>
    public static MicroOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new MicroOptions();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            if (i + 1 == arguments.Count)
                throw Wrong($"{arguments[i]} is unknown or needs a value");
            options = options.With(arguments[i], arguments[i + 1]);
        }
        return options;
    }

    private MicroOptions With(string name, string value) => name switch
    {
        "--filter" => this with { Filter = value },
        "--budget" => this with { Budget = Path.GetFullPath(value) },
        "--program" => this with { Program = Path.GetFullPath(value) },
        "--results" => this with { Results = Path.GetFullPath(value) },
        _ => throw Wrong($"{name} is unknown"),
    };

    private static BenchException Wrong(string what) => new($"{what}\n{Usage}", BenchException.UsageError);
}
