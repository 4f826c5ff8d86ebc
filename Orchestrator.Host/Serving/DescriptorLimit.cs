using System.Globalization;

namespace Orchestrator.Host.Serving;

/// <summary>How many files this process may have open. .NET itself has raised the soft limit to the hard one.</summary>
internal static class DescriptorLimit
{
    /// <summary>A connection to QMP, one to the agent, and a QMP socket for clients.</summary>
    private const int PerServedVm = 3;

    /// <summary>Databases, the API's clients, the runtime.</summary>
    private const int Beside = 300;

    /// <summary>The hard limit of this process.</summary>
    public static long OfThisProcess() => Read(File.ReadLines("/proc/self/limits"));

    /// <summary>Reads the text of <c>/proc/PID/limits</c> (proc(5)).</summary>
    public static long Read(IEnumerable<string> limits)
    {
        var line = limits.First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var hard = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4];
        return long.TryParse(hard, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue;
    }

    /// <summary>How many a node wants for so many VMs; <see langword="null"/> if it may have as many.</summary>
    public static long? Shortage(int vms, long limit)
    {
        var needed = (PerServedVm * (long)vms) + Beside;
        return needed > limit ? needed : null;
    }
}
