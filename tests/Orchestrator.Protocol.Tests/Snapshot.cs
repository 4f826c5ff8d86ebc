using System.Runtime.CompilerServices;

namespace Orchestrator.Protocol.Tests;

/// <summary>Texts that are checked in. <c>ORCHESTRATOR_UPDATE_SNAPSHOTS=1 dotnet test …</c> writes them anew; read the difference before it is committed.</summary>
internal static class Snapshot
{
    public static string Folder(string relative) => Path.Combine(ProjectFolder(), relative);

    public static void Matches(string file, string actual)
    {
        var path = Folder(file);
        if (Environment.GetEnvironmentVariable("ORCHESTRATOR_UPDATE_SNAPSHOTS") == "1")
            File.WriteAllText(path, actual);
        Assert.True(File.Exists(path), $"there is no snapshot {file}: run the test with ORCHESTRATOR_UPDATE_SNAPSHOTS=1 to make it");
        Assert.Equal(File.ReadAllText(path), actual, ignoreLineEndingDifferences: true);
    }

    private static string ProjectFolder([CallerFilePath] string thisFile = "") => Path.GetDirectoryName(thisFile)!;
}
