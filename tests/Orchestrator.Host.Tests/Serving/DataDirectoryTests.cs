using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Serving;

public sealed class DataDirectoryTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orc-");

    private string DataPath => Path.Combine(_directory.FullName, "data", "node");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Directory_is_made_for_its_user_only()
    {
        using var data = DataDirectory.Take(DataPath);
        Assert.Equal(DataPath, data.Path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(DataPath));
    }

    [Fact]
    public void Directory_has_one_owner_at_a_time()
    {
        using (DataDirectory.Take(DataPath))
        {
            var refused = Assert.Throws<ServeException>(() => DataDirectory.Take(DataPath));
            Assert.Contains(DataPath, refused.Message);
            Assert.Contains("another node", refused.Message);
        }
        DataDirectory.Take(DataPath).Dispose();
    }

    [Fact]
    public void Path_that_is_a_file_is_refused()
    {
        var path = Path.Combine(_directory.FullName, "file");
        File.WriteAllText(path, "");
        Assert.Contains("--data", Assert.Throws<ServeException>(() => DataDirectory.Take(path)).Message);
    }
}
