using Orchestrator.Host.Configuration;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Configuration;

public sealed class PathPatternTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orc-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("/run/{name}.qmp", "/run/", "/run/a.qmp")]
    [InlineData("/run/vm-{name}/qmp.sock", "/run/", "/run/vm-a/qmp.sock")]
    [InlineData("/run/{name}/x/qmp.sock", "/run/", "/run/a/x/qmp.sock")]
    [InlineData("/{name}", "/", "/a")]
    public void Pattern_is_a_directory_and_a_path_for_each_name(string text, string parent, string path)
    {
        var pattern = PathPattern.Parse(text, "here");
        Assert.Equal((parent, path), (pattern.Parent, pattern.PathOf("a")));
    }

    [Theory]
    [InlineData("/run/qmp.sock")]
    [InlineData("/{name}/{name}")]
    [InlineData("{name}")]
    [InlineData("./{name}")]
    [InlineData("")]
    public void Pattern_without_one_name_or_not_absolute_is_refused(string text) =>
        Assert.StartsWith("here: ", Assert.Throws<ServeException>(() => PathPattern.Parse(text, "here")).Message);

    [Fact]
    public void Names_are_those_whose_path_is_there()
    {
        Touch("vm-a.qmp", "vm-b.qmp", "vm-.qmp", "other.qmp", "vm-c.txt", "VM-d.qmp", "vm-e.f.qmp");
        Assert.Equal(["a", "b", "e.f"], Names("vm-{name}.qmp"));
    }

    [Fact]
    public void Names_of_directories_need_the_socket_inside()
    {
        Touch("a/qmp.sock", "b/other", "c/x/qmp.sock");
        Assert.Equal(["a"], Names("{name}/qmp.sock"));
        Assert.Equal(["c"], Names("{name}/x/qmp.sock"));
    }

    [Fact]
    public void Overlapping_ends_are_no_name()
    {
        Touch("aba");
        Assert.Empty(Names("ab{name}ba"));
        Assert.Equal(["b"], Names("a{name}a"));
    }

    [Fact]
    public void Directory_that_is_not_there_has_no_names() => Assert.Empty(Names("nowhere/{name}"));

    private List<string> Names(string pattern) => [.. PathPattern.Parse(Path.Combine(_directory.FullName, pattern), "here").Names().Order(StringComparer.Ordinal)];

    private void Touch(params string[] paths)
    {
        foreach (var path in paths.Select(path => Path.Combine(_directory.FullName, path)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "");
        }
    }
}
