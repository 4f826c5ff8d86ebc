using System.Globalization;
using Orchestrator.Bench.Fleet.Peers;

namespace Orchestrator.Bench.Fleet;

/// <summary>What one run of the fleet benchmark does.</summary>
public sealed record FleetOptions
{
    /// <summary>The clients that can be measured, in the order of their turns.</summary>
    public static readonly IReadOnlyList<string> AllClients = ["c", "python", "python-buffered", "orchestrator"];

    /// <summary>Tools that start a program for each VM: measured when they are named, since each takes hundreds of times as long as the others.</summary>
    public static readonly IReadOnlyList<string> OneShotTools = ["xargs", "pdsh", "clush"];

    /// <summary>The program <c>true</c>, run in each guest and followed to its end.</summary>
    public const string RunTrue = "run-true";

    /// <summary>A question to each QMP server.</summary>
    public const string QueryVersion = "query-version";

    // A round of a few guests is short: CPU time is counted in steps of 10 ms.
    private const int GuestRounds = 1000;

    /// <summary>
    /// Commands that may be measured. The agents are real and run on this machine, so only commands that read belong here, and one program that does
    /// nothing: guest-shutdown would end the machine itself.
    /// </summary>
    public static readonly IReadOnlyList<string> Commands =
    [
        "guest-ping", "guest-info", "guest-get-time", "guest-get-osinfo", "guest-get-host-name", "guest-get-timezone",
        "guest-get-vcpus", "guest-get-users", "guest-network-get-interfaces", RunTrue, QueryVersion,
    ];

    /// <summary>The help text.</summary>
    public static string Usage => $"""
        usage: fleet [options]
          --agents N        guest agents, and as many QMP servers (1 to 5000; 1000)
          --guests N        in their place real guests, booted under TCG with an agent each (1 to {GuestPeers.Most}; none)
          --rounds N        measured rounds per batch: one command to every agent, every reply awaited (1 to 10000; 20, of guests {GuestRounds})
          --warmup N        rounds before those, not measured (0 to 10000; 200, of guests {GuestRounds})
          --batches N       turns of each client (1 to 1000; 5)
          --command NAME    {string.Join(", ", Commands)} (guest-ping)
          --peers LIST      of {string.Join(",", AllClients)} (all), and {string.Join(",", OneShotTools)}
          --program PATH    the orchestrator (artifacts/orchestrator/orchestrator)
          --results DIR     where the table and the JSON go (bench/results)
        """;

    /// <summary>Guest agents, and as many QMP servers. 1 to 5000.</summary>
    public int Agents { get; init; } = 1000;

    /// <summary>Real guests in the place of the agents, then as many as <see cref="Agents"/>; 0 for none.</summary>
    public int Guests { get; init; }

    /// <summary>Measured rounds per batch. 1 to 10000.</summary>
    public int Rounds { get; init; } = 20;

    /// <summary>Rounds before the measured ones, the same for every client. 0 to 10000.</summary>
    public int Warmup { get; init; } = 200;

    /// <summary>Turns that each client takes. 1 to 1000.</summary>
    public int Batches { get; init; } = 5;

    /// <summary>One of <see cref="Commands"/>.</summary>
    public string Command { get; init; } = "guest-ping";

    /// <summary>Some of <see cref="AllClients"/> and <see cref="OneShotTools"/>, in their order.</summary>
    public IReadOnlyList<string> Clients { get; init; } = AllClients;

    /// <summary>The orchestrator's program.</summary>
    public string Program { get; init; } = Path.Combine(RepositoryRoot.Find(), "artifacts", "orchestrator", "orchestrator");

    /// <summary>The directory of the results.</summary>
    public string Results { get; init; } = Path.Combine(RepositoryRoot.Find(), "bench", "results");

    /// <summary>Reads the arguments after <c>fleet</c>.</summary>
    /// <exception cref="BenchException">An option is unknown, has no value, or its value is out of range.</exception>
    public static FleetOptions Parse(IReadOnlyList<string> arguments)
    {
        var guests = arguments.Contains("--guests");
        if (guests && arguments.Contains("--agents"))
            throw Wrong("--guests and --agents: guests are in the place of agents, and can only be named alone");
        var options = guests ? new FleetOptions { Rounds = GuestRounds, Warmup = GuestRounds } : new FleetOptions();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            if (i + 1 == arguments.Count)
                throw Wrong($"{arguments[i]} is unknown or needs a value");
            options = options.With(arguments[i], arguments[i + 1]);
        }
        return options.Command is RunTrue or QueryVersion && options.Clients.FirstOrDefault(OneShotTools.Contains) is { } tool
            ? throw Wrong($"--command {options.Command}: {tool} can be measured with one command to an agent only")
            : options;
    }

    private FleetOptions With(string name, string value) => name switch
    {
        "--agents" => this with { Agents = Number(name, value, 1, 5000) },
        "--guests" => WithGuests(Number(name, value, 1, GuestPeers.Most)),
        "--rounds" => this with { Rounds = Number(name, value, 1, 10000) },
        "--warmup" => this with { Warmup = Number(name, value, 0, 10000) },
        "--batches" => this with { Batches = Number(name, value, 1, 1000) },
        "--command" => this with { Command = Commands.Contains(value) ? value : throw Wrong($"--command {value} may not be measured") },
        "--peers" => this with { Clients = ClientsIn(value) },
        "--program" => this with { Program = Path.GetFullPath(value) },
        "--results" => this with { Results = Path.GetFullPath(value) },
        _ => throw Wrong($"{name} is unknown"),
    };

    private FleetOptions WithGuests(int guests) => this with { Guests = guests, Agents = guests };

    private static IReadOnlyList<string> ClientsIn(string value)
    {
        var chosen = value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var known = AllClients.Concat(OneShotTools).ToList();
        var unknown = chosen.Except(known).FirstOrDefault();
        if (unknown is not null || chosen.Length == 0)
            throw Wrong($"--peers {value}: \"{unknown}\" is no client");
        return [.. known.Where(chosen.Contains)];
    }

    private static int Number(string name, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Wrong($"{name} {value}: must be a number from {least} to {most}");

    private static BenchException Wrong(string what) => new($"{what}\n{Usage}", BenchException.UsageError);
}
