using System.Globalization;
using System.Security.Cryptography;

namespace Orchestrator.Bench.Fuzz;

/// <summary>How long to look for inputs that break a parser, and from where.</summary>
public sealed record FuzzOptions
{
    /// <summary>The help text.</summary>
    public static string Usage => $"""
        usage: fuzz [options]
          --minutes N       how long, all targets together (1 to 1440; 10)
          --target NAME     one of {string.Join(", ", FuzzTargets.Names)} (all)
          --coverage        lets AFL++ choose the inputs by what they reach in an instrumented copy of the protocol; without --seed
          --seed N          of the random numbers; the same seed tries the same inputs (chosen at random, and printed)
          --results DIR     where an input that breaks something is kept (bench/results)
        """;

    /// <summary>How long. 1 to 1440.</summary>
    public int Minutes { get; init; } = 10;

    /// <summary>The name of one target; all if it is <see langword="null"/>.</summary>
    public string? Target { get; init; }

    /// <summary>Whether AFL++ chooses the inputs.</summary>
    public bool Coverage { get; init; }

    /// <summary>Start of the random numbers.</summary>
    public int Seed { get; init; } = RandomNumberGenerator.GetInt32(int.MaxValue);

    /// <summary>The directory of findings.</summary>
    public string Results { get; init; } = Path.Combine(RepositoryRoot.Find(), "bench", "results");

    /// <summary>Reads the arguments after <c>fuzz</c>.</summary>
    /// <exception cref="BenchException">An option is unknown, has no value, or its value is out of range.</exception>
    public static FuzzOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new FuzzOptions();
        for (var at = 0; at < arguments.Count; at++)
        {
            if (arguments[at] == "--coverage")
            {
                options = options with { Coverage = true };
                continue;
            }
            var value = at + 1 < arguments.Count ? arguments[at + 1] : throw new BenchException($"{arguments[at]} has no value\n{Usage}", BenchException.UsageError);
            options = arguments[at++] switch
            {
                "--minutes" => options with { Minutes = Number("--minutes", value, 1, 1440) },
                "--seed" => options with { Seed = Number("--seed", value, 0, int.MaxValue) },
                "--target" => options with { Target = FuzzTargets.Names.Contains(value) ? value : throw new BenchException($"--target {value} is none of {string.Join(", ", FuzzTargets.Names)}", BenchException.UsageError) },
                "--results" => options with { Results = Path.GetFullPath(value) },
                var unknown => throw new BenchException($"there is no option {unknown}\n{Usage}", BenchException.UsageError),
            };
        }
        if (options.Coverage && arguments.Contains("--seed"))
            throw new BenchException("--seed does not go with --coverage: AFL++ chooses by what it finds", BenchException.UsageError);
        return options;
    }

    private static int Number(string option, string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new BenchException($"{option} is a number from {least} to {most}, not '{text}'", BenchException.UsageError);
}
