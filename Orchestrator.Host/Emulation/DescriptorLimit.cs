using System.Globalization;

namespace Orchestrator.Host.Emulation;

/// <summary>How many files this process may have open, and whether a fleet fits. .NET itself has raised the soft limit to the hard one.</summary>
internal static class DescriptorLimit
{
    /// <summary>Two sockets that listen, and a client of each.</summary>
    private const int PerVm = 4;

    private const int Beside = 100;

    /// <summary>The hard limit of this process.</summary>
    public static long OfThisProcess() => Read(File.ReadLines("/proc/self/limits"));

    /// <summary>Reads the text of <c>/proc/PID/limits</c> (proc(5)).</summary>
    public static long Read(IEnumerable<string> limits)
    {
        var line = limits.First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var hard = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4];
        return long.TryParse(hard, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue;
    }

    /// <summary>Refuses a fleet that does not fit, before anything of it is made.</summary>
    /// <exception cref="EmulationException">With what to do.</exception>
    public static void Check(int vms, long limit)
    {
        var needed = (PerVm * (long)vms) + Beside;
        if (needed <= limit)
            return;
        var most = Math.Max(1, (limit - Beside) / PerVm);
        throw new EmulationException(
            $"{vms} VMs need {needed} open files (two sockets each, and a client of both) and this process may have {limit}. Raise the hard limit (in a unit of systemd LimitNOFILE={needed}, for a "
            + $"user 'hard nofile {needed}' in /etc/security/limits.conf), or start {(vms + most - 1) / most} emulators for the same --dir, each with --vms {most} and a --prefix of its own");
    }
}
