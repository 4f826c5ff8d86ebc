using System.Net;

namespace Orchestrator.Host.Emulation;

/// <summary>A fleet to be emulated.</summary>
internal sealed record EmulationOptions
{
    /// <summary>Most VMs of one process.</summary>
    public const int MostVms = 100_000;

    /// <summary>How many; 1 to <see cref="MostVms"/>.</summary>
    public required int Vms { get; init; }

    /// <summary>Where each VM has a directory of its name; absolute.</summary>
    public required string Directory { get; init; }

    /// <summary>Before the number in each name.</summary>
    public string Prefix { get; init; } = "vm";

    /// <summary>With a name, it decides everything about that VM that could be otherwise: the same seed, the same fleet.</summary>
    public int Seed { get; init; }

    /// <summary>How long an agent takes for an answer.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>What goes wrong.</summary>
    public Chaos Chaos { get; init; } = Chaos.None;

    /// <summary>Events a second, of all VMs together and in turn; 0 for none.</summary>
    public double EventsPerSecond { get; init; }

    /// <summary>Where the first VM's QMP listens, its agent on the port behind it, and so on; <see langword="null"/> for Unix sockets.</summary>
    public IPEndPoint? Tcp { get; init; }

    /// <summary>The names, such as vm0001. As many digits as the last one needs, four at least.</summary>
    public IEnumerable<string> Names()
    {
        var digits = Math.Max(4, Vms.ToString(System.Globalization.CultureInfo.InvariantCulture).Length);
        return Enumerable.Range(1, Vms).Select(number => Prefix + number.ToString($"D{digits}", System.Globalization.CultureInfo.InvariantCulture));
    }
}
