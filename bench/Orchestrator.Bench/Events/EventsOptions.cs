using System.Globalization;

namespace Orchestrator.Bench.Events;

/// <summary>What one run of the events benchmark does.</summary>
public sealed record EventsOptions
{
    /// <summary>The help text.</summary>
    public const string Usage = """
        usage: events [options]
          --vms N           VMs that send events (1 to 1000; 50)
          --events N        events of one measured round, of all VMs together (100 to 1000000; 50000)
          --subscribers N   subscribers of the rounds with many (2 to 1000; 10)
          --idle N          subscribers of the rounds in which nothing happens (1 to 10000; 1000)
          --rounds N        rounds of each kind (1 to 1000; 5)
          --seconds N       duration of a round that measures latency or waiting (1 to 600; 5)
          --quick           2 rounds of 5000 events and 1 s, with 100 idle subscribers
          --program PATH    the orchestrator (artifacts/orchestrator/orchestrator)
          --results DIR     where the table and the JSON go (bench/results)
        """;

    /// <summary>VMs that send events. 1 to 1000.</summary>
    public int Vms { get; init; } = 50;

    /// <summary>Events of one measured round, of all VMs together; rounded down to a multiple of <see cref="Vms"/>. 100 to 1,000,000.</summary>
    public int Events { get; init; } = 50_000;

    /// <summary>Subscribers of the rounds with many. 2 to 1000.</summary>
    public int Subscribers { get; init; } = 10;

    /// <summary>Subscribers of the rounds in which nothing happens. 1 to 10,000.</summary>
    public int Idle { get; init; } = 1_000;

    /// <summary>Rounds of each kind. 1 to 1000.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Duration of a round that measures latency or waiting. 1 to 600.</summary>
    public int Seconds { get; init; } = 5;

    /// <summary>The orchestrator's program.</summary>
    public string Program { get; init; } = Path.Combine(RepositoryRoot.Find(), "artifacts", "orchestrator", "orchestrator");

    /// <summary>The directory of the results.</summary>
    public string Results { get; init; } = Path.Combine(RepositoryRoot.Find(), "bench", "results");

    /// <summary>Events that each VM sends in one measured round, 1 or more.</summary>
    public int EventsPerVm => Math.Max(1, Events / Vms);

    /// <summary>Reads the arguments after <c>events</c>. What stands after <c>--quick</c> changes what that has set.</summary>
    /// <exception cref="BenchException">An option is unknown, has no value, or its value is out of range.</exception>
    public static EventsOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new EventsOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--quick")
                options = options with { Events = 5_000, Idle = 100, Rounds = 2, Seconds = 1 };
            else if (i + 1 == arguments.Count)
                throw Wrong($"{arguments[i]} is unknown or needs a value");
            else
                options = options.With(arguments[i], arguments[++i]);
        }
        return options;
    }

    private EventsOptions With(string name, string value) => name switch
    {
        "--vms" => this with { Vms = Number(name, value, 1, 1000) },
        "--events" => this with { Events = Number(name, value, 100, 1_000_000) },
        "--subscribers" => this with { Subscribers = Number(name, value, 2, 1000) },
        "--idle" => this with { Idle = Number(name, value, 1, 10_000) },
        "--rounds" => this with { Rounds = Number(name, value, 1, 1000) },
        "--seconds" => this with { Seconds = Number(name, value, 1, 600) },
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
