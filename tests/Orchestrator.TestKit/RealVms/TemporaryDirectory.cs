namespace Orchestrator.TestKit.RealVms;

/// <summary>Short-named directories: a unix socket's whole path has at most 107 bytes.</summary>
internal static class TemporaryDirectory
{
    public static string Create() => Directory.CreateTempSubdirectory("orc-").FullName;

    /// <summary>A VM that was started again shares its directory with the one before, and both may delete it at once.</summary>
    public static void Delete(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // It is gone already.
        }
    }
}
