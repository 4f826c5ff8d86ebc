namespace Orchestrator.Host.Emulation;

/// <summary>An operating system that an emulated guest says to have.</summary>
/// <param name="Share">Of the VMs of a fleet.</param>
/// <param name="Id">As in os-release(5).</param>
/// <param name="Name">As in os-release(5).</param>
/// <param name="VersionId">As in os-release(5).</param>
/// <param name="Version">As in os-release(5).</param>
/// <param name="Kernel">What <c>uname -r</c> says.</param>
internal sealed record GuestSystem(double Share, string Id, string Name, string VersionId, string Version, string Kernel)
{
    private static readonly GuestSystem[] All =
    [
        new(0.6, "debian", "Debian GNU/Linux", "12", "12 (bookworm)", "6.1.0-26-amd64"),
        new(0.3, "ubuntu", "Ubuntu", "24.04", "24.04 LTS (Noble Numbat)", "6.8.0-45-generic"),
        new(0.1, "almalinux", "AlmaLinux", "9.4", "9.4 (Seafoam Ocelot)", "5.14.0-427.el9.x86_64"),
    ];

    /// <summary>For people; says what it is.</summary>
    public string PrettyName => $"{Name} {Version}, emulated";

    /// <summary>The text of <c>/etc/os-release</c>.</summary>
    public string Release => $"PRETTY_NAME=\"{PrettyName}\"\nNAME=\"{Name}\"\nVERSION_ID=\"{VersionId}\"\nVERSION=\"{Version}\"\nID={Id}\n";

    /// <summary>The system of a VM.</summary>
    /// <param name="lot">The VM's own, from 0 to below 1.</param>
    public static GuestSystem Of(double lot)
    {
        foreach (var system in All)
        {
            if (lot < system.Share)
                return system;
            lot -= system.Share;
        }
        return All[0];
    }
}
