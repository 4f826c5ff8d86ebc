using Orchestrator.Host.Clustering.Certificates;

namespace Orchestrator.Host.Tests.Clustering;

public sealed class NewFilesTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orc-");

    private string Place => Path.Combine(_directory.FullName, "certs");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Both_files_have_their_modes_and_nothing_else_is_left()
    {
        var (certificate, key) = NewFiles.Write(Place, "a", "public", "secret");

        Assert.Equal(("public", "secret"), (File.ReadAllText(certificate), File.ReadAllText(key)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Place));
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(certificate) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
        Assert.Equal([certificate, key], Directory.GetFileSystemEntries(Place).Order());
    }

    /// <summary>A key must not be readable for a moment either: its mode is that of the file it is first written to.</summary>
    [Fact]
    public async Task Key_is_private_from_the_beginning()
    {
        Directory.CreateDirectory(Place);
        var modes = new List<(string Name, UnixFileMode Mode)>();
        var seen = new TaskCompletionSource();
        using var watcher = new FileSystemWatcher(Place);
        watcher.Created += (_, created) =>
        {
            // Later it may have another name already, but never another mode.
            var path = File.Exists(created.FullPath) ? created.FullPath : Path.Combine(Place, "a.key");
            if (created.Name!.StartsWith("a.key", StringComparison.Ordinal))
                modes.Add((created.Name, File.GetUnixFileMode(path)));
            if (created.Name == "a.crt")
                seen.TrySetResult();
        };
        watcher.EnableRaisingEvents = true;

        NewFiles.Write(Place, "a", "public", "secret");

        await seen.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        Assert.NotEmpty(modes);
        Assert.All(modes, made => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, made.Mode));
    }

    [Theory]
    [InlineData("a.crt")]
    [InlineData("a.key")]
    public void Nothing_is_overwritten(string taken)
    {
        Directory.CreateDirectory(Place);
        File.WriteAllText(Path.Combine(Place, taken), "old");

        var error = Assert.Throws<CertificateException>(() => NewFiles.Write(Place, "a", "public", "secret"));

        Assert.Contains($"{Path.Combine(Place, taken)} is there already", error.Message);
        Assert.Equal("old", File.ReadAllText(Assert.Single(Directory.GetFileSystemEntries(Place))));
    }

    [Fact]
    public void Link_to_nowhere_is_not_followed()
    {
        Directory.CreateDirectory(Place);
        File.CreateSymbolicLink(Path.Combine(Place, "a.key"), Path.Combine(_directory.FullName, "elsewhere"));

        Assert.Throws<CertificateException>(() => NewFiles.Write(Place, "a", "public", "secret"));

        Assert.False(File.Exists(Path.Combine(_directory.FullName, "elsewhere")));
        Assert.Equal("a.key", Path.GetFileName(Assert.Single(Directory.GetFileSystemEntries(Place))));
    }

    [Fact]
    public void Place_that_is_a_file_is_told()
    {
        File.WriteAllText(Place, "");

        Assert.Contains($"cannot write to {Place}", Assert.Throws<CertificateException>(() => NewFiles.Write(Place, "a", "public", "secret")).Message);
    }
}
