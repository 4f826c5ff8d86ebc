namespace Orchestrator.TestKit.Processes;

/// <summary>Finds the programs that real peers are made of; a missing one fails the test instead of skipping it.</summary>
public static class RequiredTool
{
    /// <summary>The absolute path of a program on PATH or in the system's sbin folders.</summary>
    /// <param name="name">The program's file name.</param>
    /// <param name="package">The Debian package that has it.</param>
    /// <exception cref="FileNotFoundException">The program is missing; the message has the command that installs it.</exception>
    public static string Find(string name, string package)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        foreach (var folder in folders.Concat(["/usr/sbin", "/sbin"]))
        {
            var path = Path.Combine(folder, name);
            if (File.Exists(path))
                return path;
        }

        throw new FileNotFoundException(
            $"{name} is not installed, and this test needs the real one. Run: sudo apt-get update && sudo apt-get install -y --no-install-recommends {package}");
    }
}
