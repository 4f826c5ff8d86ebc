namespace Orchestrator.TestKit.Clustering;

/// <summary>What a lab needs of the machine besides programs.</summary>
public static class LabRights
{
    /// <summary>Why there can be no lab, and the command that changes it; <see langword="null"/> if there can.</summary>
    /// <param name="isRoot">Whether this process may make namespaces.</param>
    /// <param name="hasTap">Whether the kernel has TAP devices: <c>/dev/net/tun</c> is there.</param>
    public static string? Missing(bool isRoot, bool hasTap) => (isRoot, hasTap) switch
    {
        (false, _) => "Only root may make network namespaces, and this test needs some. Run: sudo ./build.sh test",
        (_, false) => "There is no /dev/net/tun, and this test's network is made of TAP devices. Run: sudo modprobe tun",
        _ => null,
    };

    /// <summary>Fails where there can be no lab.</summary>
    /// <exception cref="UnauthorizedAccessException">The message has the command that changes it.</exception>
    public static void Require()
    {
        if (Missing(Environment.IsPrivilegedProcess, File.Exists("/dev/net/tun")) is { } missing)
            throw new UnauthorizedAccessException(missing);
    }
}
