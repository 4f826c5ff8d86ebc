namespace Orchestrator.Bench.Processes;

/// <summary>Programs of other packages that a benchmark needs.</summary>
public static class Executable
{
    // qemu-ga lives where users' PATH often does not look.
    private static readonly string[] SystemDirectories = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

    /// <summary>The full path of <paramref name="name"/>.</summary>
    /// <exception cref="BenchException">It is not installed; the message names <paramref name="package"/>, Debian's package of it.</exception>
    public static string Find(string name, string package)
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(SystemDirectories)
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists)
            ?? throw new BenchException($"{name} is not installed. On Debian and Ubuntu: apt-get install {package}");
    }
}
