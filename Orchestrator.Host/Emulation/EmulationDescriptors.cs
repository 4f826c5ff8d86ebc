namespace Orchestrator.Host.Emulation;

/// <summary>Whether a fleet fits into one process.</summary>
internal static class EmulationDescriptors
{
    /// <summary>Two sockets that listen, and a client of each.</summary>
    private const int PerVm = 4;

    private const int Beside = 100;

    /// <summary>Refuses a fleet that does not fit, before anything of it is made.</summary>
    /// <param name="vms">Of the fleet.</param>
    /// <param name="limit">Files that this process may have open.</param>
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
