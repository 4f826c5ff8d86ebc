using System.Globalization;

namespace Orchestrator.Bench.Migrate;

/// <summary>What one run of the migration benchmark does.</summary>
public sealed record MigrateOptions
{
    /// <summary>A script migrates the guest over monitors of its own; the node follows.</summary>
    public const string Followed = "followed";

    /// <summary>The node migrates the guest, by a job of each migration.</summary>
    public const string Driven = "driven";

    /// <summary>Who can drive, in the order of measuring.</summary>
    public static readonly IReadOnlyList<string> AllModes = [Followed, Driven];

    /// <summary>The help text.</summary>
    public static string Usage => $"""
        usage: migrate [options]
          --migrations N    of the guest in each mode, to and fro (2 to 10000; 100)
          --nodes N         1, or a cluster of 2: each migration goes to the other one (1)
          --modes LIST      of {string.Join(",", AllModes)} (all)
          --memory MIB      of the guest (96 to 65536; 128)
          --subscribers N   to the VM's events (1 to 100; 2)
          --quick           6 migrations in each mode
          --program PATH    the orchestrator (artifacts/orchestrator/orchestrator)
          --results DIR     where the table and the JSON go (bench/results)
        """;

    /// <summary>Migrations in each mode. 2 to 10,000.</summary>
    public int Migrations { get; init; } = 100;

    /// <summary>1: between two QEMUs of one VmHost. 2: between the nodes of a cluster.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>Some of <see cref="AllModes"/>, in its order.</summary>
    public IReadOnlyList<string> Modes { get; init; } = AllModes;

    /// <summary>Memory of the guest in MiB. 96 to 65,536.</summary>
    public int MemoryMiB { get; init; } = 128;

    /// <summary>Subscribers to the VM's events. 1 to 100.</summary>
    public int Subscribers { get; init; } = 2;

    /// <summary>The orchestrator's program.</summary>
    public string Program { get; init; } = Path.Combine(RepositoryRoot.Find(), "artifacts", "orchestrator", "orchestrator");

    /// <summary>The directory of the results.</summary>
    public string Results { get; init; } = Path.Combine(RepositoryRoot.Find(), "bench", "results");

    /// <summary>Reads the arguments after <c>migrate</c>. What stands after <c>--quick</c> changes what that has set.</summary>
    /// <exception cref="BenchException">An option is unknown, has no value, or its value is out of range.</exception>
    public static MigrateOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new MigrateOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--quick")
                options = options with { Migrations = 6 };
            else if (i + 1 == arguments.Count)
                throw Wrong($"{arguments[i]} is unknown or needs a value");
            else
                options = options.With(arguments[i], arguments[++i]);
        }
        return options;
    }

    private MigrateOptions With(string name, string value) => name switch
    {
        "--migrations" => this with { Migrations = Number(name, value, 2, 10_000) },
        "--nodes" => this with { Nodes = Number(name, value, 1, 2) },
        "--modes" => this with { Modes = ModesOf(name, value) },
        "--memory" => this with { MemoryMiB = Number(name, value, 96, 65_536) },
        "--subscribers" => this with { Subscribers = Number(name, value, 1, 100) },
        "--program" => this with { Program = Path.GetFullPath(value) },
        "--results" => this with { Results = Path.GetFullPath(value) },
        _ => throw Wrong($"{name} is unknown"),
    };

    private static IReadOnlyList<string> ModesOf(string name, string value)
    {
        var wanted = value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return wanted.Length > 0 && wanted.All(AllModes.Contains)
            ? [.. AllModes.Where(wanted.Contains)]
            : throw Wrong($"{name} {value}: must be some of {string.Join(",", AllModes)}");
    }

    private static int Number(string name, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Wrong($"{name} {value}: must be a number from {least} to {most}");

    private static BenchException Wrong(string what) => new($"{what}\n{Usage}", BenchException.UsageError);
}
