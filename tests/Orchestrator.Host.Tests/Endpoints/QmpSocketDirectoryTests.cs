using Orchestrator.Host.Endpoints;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Endpoints;

public sealed class QmpSocketDirectoryTests : IDisposable
{
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("orc-");

    private string Own => Path.Combine(_parent.FullName, "qmp");

    public void Dispose() => _parent.Delete(recursive: true);

    [Fact]
    public void Sockets_of_before_are_removed_and_nothing_else()
    {
        QmpSocketDirectory.Take(Own).Dispose();
        File.WriteAllText(Path.Combine(Own, "stale.sock"), "");
        File.CreateSymbolicLink(Path.Combine(Own, "link.sock"), "nowhere.sock");
        File.WriteAllText(Path.Combine(Own, "note.txt"), "");

        using var taken = QmpSocketDirectory.Take(Own);

        Assert.Equal(["node.lock", "note.txt"], Directory.EnumerateFileSystemEntries(Own).Select(path => Path.GetFileName(path)!).Order());
    }

    [Fact]
    public void Directory_of_another_node_is_left_alone()
    {
        using var first = QmpSocketDirectory.Take(Own);
        File.WriteAllText(first.PathOf("a"), "");

        Assert.Contains("Does another node serve there?", Assert.Throws<ServeException>(() => QmpSocketDirectory.Take(Own)).Message);
        Assert.True(File.Exists(first.PathOf("a")));
    }

    [Fact]
    public void Directory_that_others_may_enter_is_refused()
    {
        Directory.CreateDirectory(Own).UnixFileMode |= UnixFileMode.OtherRead;

        Assert.Contains("open to other users", Assert.Throws<ServeException>(() => QmpSocketDirectory.Take(Own)).Message);
    }

    [Fact]
    public void Name_stays_within_the_directory()
    {
        using var taken = QmpSocketDirectory.Take(Own);

        Assert.Equal(Path.Combine(Own, "..%2Fa.sock"), taken.PathOf("../a"));
    }

    [Theory]
    [InlineData(107, true)]
    [InlineData(108, false)]
    public void Path_fits_up_to_107_bytes(int bytes, bool fits) => Assert.Equal(fits, QmpSocketDirectory.Fits("é" + new string('x', bytes - 2)));
}
