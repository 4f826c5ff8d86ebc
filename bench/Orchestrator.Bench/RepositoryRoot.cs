namespace Orchestrator.Bench;

/// <summary>Finds the repository that this program was built in, so that results and the server's program have default places.</summary>
public static class RepositoryRoot
{
    /// <summary>The nearest directory with the solution above the program, else above the working directory, else the working directory.</summary>
    public static string Find() =>
        Above(AppContext.BaseDirectory) ?? Above(Environment.CurrentDirectory) ?? Environment.CurrentDirectory;

    private static string? Above(string start)
    {
        for (var directory = new DirectoryInfo(start); directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "Orchestrator.sln")))
                return directory.FullName;
        return null;
    }
}
