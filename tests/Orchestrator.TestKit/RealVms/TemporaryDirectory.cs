namespace Orchestrator.TestKit.RealVms;

/// <summary>Short-named directories: a unix socket's whole path has at most 107 bytes.</summary>
internal static class TemporaryDirectory
{
    public static string Create() => Directory.CreateTempSubdirectory("orc-").FullName;

    public static void Delete(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }
}
