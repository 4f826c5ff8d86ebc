using System.Globalization;

namespace Orchestrator.Host.Serving;

/// <summary>How many files this process may have open. .NET itself has raised the soft limit to the hard one.</summary>
internal static class DescriptorLimit
{
    /// <summary>A connection to QMP, one to the agent, and a QMP socket for clients.</summary>
    private const int PerServedVm = 3;

    /// <summary>Databases, the API's clients, the runtime; and what is kept.</summary>
    private const int Beside = 300 + Kept;

    /// <summary>The runtime holds two for each assembly, and has loaded most of them when the VMs come.</summary>
    private const int Kept = 300;

    /// <summary>VMs leave room for clients, who leave this much: enough of them come at once before the first is refused.</summary>
    private const int KeptFromClients = 150;

    private static readonly long Own = OfThisProcess();

    /// <summary>The hard limit of this process.</summary>
    public static long OfThisProcess() => Read(File.ReadLines("/proc/self/limits"));

    /// <summary>Reads the text of <c>/proc/PID/limits</c> (proc(5)).</summary>
    public static long Read(IEnumerable<string> limits)
    {
        var line = limits.First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var hard = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4];
        return long.TryParse(hard, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue;
    }

    /// <summary>
    /// Refuses one more peer when only those are left that the process keeps for itself: the runtime ends a process that cannot open what it needs at a
    /// moment of the runtime's own, such as code that is used for the first time.
    /// </summary>
    /// <exception cref="IOException">With what to do.</exception>
    public static void Demand() => Demand(Own);

    /// <summary>The same with another limit.</summary>
    /// <exception cref="IOException">With what to do.</exception>
    public static void Demand(long limit)
    {
        if (IsTaken(limit - Kept))
            throw new IOException($"this process may have {limit} open files, and keeps the last ones for itself: raise the hard limit, or give some of the VMs to another node");
    }

    /// <summary>Whether one more client of the API or of a QMP socket may stay connected.</summary>
    public static bool HasRoomForClient() => !IsTaken(Own - KeptFromClients);

    /// <summary>
    /// The kernel gives the lowest number that is free: one is taken when those below are. Not the next free one is asked for, since each new connection leaves a low one free.
    /// </summary>
    private static bool IsTaken(long number) => File.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{number}"));

    /// <summary>How many a node wants for so many VMs; <see langword="null"/> if it may have as many.</summary>
    public static long? Shortage(int vms, long limit)
    {
        var needed = (PerServedVm * (long)vms) + Beside;
        return needed > limit ? needed : null;
    }
}
