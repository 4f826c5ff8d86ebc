using Orchestrator.Host.Configuration;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Configuration;

public sealed class VmSourcesTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orc-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Directory_holds_a_vm_for_each_qmp_socket()
    {
        Touch("b/qmp.sock", "a/qmp.sock", "a/qga.sock", "c/qga.sock", "file");
        var vms = new VmSources(new NodeConfig { VmDirs = [_directory.FullName + "/"] }).Read();

        Assert.Equal(["a", "b"], vms.Select(vm => vm.Name));
        Assert.Equal($"{_directory.FullName}/a/qmp.sock", PathOf(vms[0].Qmp));
        Assert.Equal($"{_directory.FullName}/a/qga.sock", PathOf(vms[0].Agent));
        Assert.Null(vms[1].Agent);
    }

    [Fact]
    public void What_is_as_it_was_is_the_same_object_and_what_is_not_is_another()
    {
        Touch("a/qmp.sock", "a/qga.sock", "b/qmp.sock", "c/qmp.sock");
        var sources = new VmSources(new NodeConfig
        {
            VmDirs = [_directory.FullName],
            Patterns = [Pattern("{name}/qmp.sock", null, ("from", "pattern"))],
        });
        var before = sources.Read();
        Touch("b/qga.sock");
        File.Delete(Path.Combine(_directory.FullName, "c", "qmp.sock"));

        var after = sources.Read();

        Assert.Same(before[0], after[0]);
        Assert.Equal(["a", "b"], after.Select(vm => vm.Name));
        Assert.All(after, vm => Assert.Equal("pattern", vm.Labels["from"]));
        File.Delete(Path.Combine(_directory.FullName, "a", "qmp.sock"));
        Assert.Equal(["b"], sources.Read().Select(vm => vm.Name));
    }

    [Fact]
    public void Agent_that_comes_and_goes_is_seen()
    {
        Touch("a/qmp.sock");
        var sources = new VmSources(new NodeConfig { VmDirs = [_directory.FullName] });
        Assert.Null(sources.Read()[0].Agent);
        Touch("a/qga.sock");
        Assert.NotNull(sources.Read()[0].Agent);
        File.Delete(Path.Combine(_directory.FullName, "a", "qga.sock"));
        Assert.Null(sources.Read()[0].Agent);
    }

    [Fact]
    public void Pattern_finds_the_layout_of_another_manager()
    {
        Touch("a.qmp", "a.qga", "b.qmp");
        var vms = new VmSources(new NodeConfig { Patterns = [Pattern("{name}.qmp", "{name}.qga", ("from", "pattern"))] }).Read();

        Assert.Equal(["a", "b"], vms.Select(vm => vm.Name));
        Assert.NotNull(vms[0].Agent);
        Assert.Null(vms[1].Agent);
        Assert.All(vms, vm => Assert.Equal("pattern", vm.Labels["from"]));
    }

    [Fact]
    public void Explicit_entry_goes_before_what_is_found()
    {
        Touch("a/qmp.sock", "a.qmp");
        var config = new NodeConfig
        {
            VmDirs = [_directory.FullName],
            Patterns = [Pattern("{name}.qmp", null)],
            Vms = [new VmConfig { Name = "a", Qmp = "/elsewhere/qmp.sock" }],
        };
        Assert.Equal("/elsewhere/qmp.sock", PathOf(Assert.Single(new VmSources(config).Read()).Qmp));

        config.Vms.Clear();
        Assert.Equal($"{_directory.FullName}/a.qmp", PathOf(Assert.Single(new VmSources(config).Read()).Qmp));
    }

    [Fact]
    public void Labels_of_all_matching_names_are_joined_and_the_vms_own_win()
    {
        var config = new NodeConfig
        {
            Vms = [new VmConfig { Name = "web01", Qmp = "/a", Labels = new() { ["c"] = "own" } }, new VmConfig { Name = "WEB02", Qmp = "/b" }],
            Labels = new()
            {
                ["web*"] = new() { ["a"] = "1", ["b"] = "1", ["c"] = "1" },
                ["w?b01"] = new() { ["b"] = "2" },
                ["db*"] = new() { ["d"] = "1" },
            },
        };
        var vms = new VmSources(config).Read();

        Assert.Equal(["a=1", "b=2", "c=own"], vms.Single(vm => vm.Name == "web01").Labels.Select(label => $"{label.Key}={label.Value}").Order());
        Assert.Empty(vms.Single(vm => vm.Name == "WEB02").Labels);
    }

    [Fact]
    public void Reading_again_finds_what_has_changed()
    {
        var sources = new VmSources(new NodeConfig { VmDirs = [_directory.FullName] });
        Assert.Empty(sources.Read());
        Touch("a/qmp.sock");
        Assert.Single(sources.Read());
        Directory.Delete(Path.Combine(_directory.FullName, "a"), recursive: true);
        Assert.Empty(sources.Read());
    }

    [Fact]
    public void Watched_directories_are_named_once()
    {
        var config = new NodeConfig { VmDirs = [_directory.FullName], Patterns = [Pattern("{name}.qmp", null), Pattern("{name}.monitor", null)] };
        Assert.Equal([_directory.FullName + "/"], new VmSources(config).Watched);
    }

    [Theory]
    [InlineData("tcp:host")]
    [InlineData("tcp:host:99999")]
    [InlineData("nonsense")]
    public void Malformed_endpoint_names_its_vm(string endpoint)
    {
        Assert.StartsWith("the VM 'a': ", Assert.Throws<ServeException>(() => new VmSources(new NodeConfig { Vms = [new VmConfig { Name = "a", Qmp = endpoint }] })).Message);
        Assert.StartsWith("the VM 'a': ", Assert.Throws<ServeException>(() => new VmSources(new NodeConfig { Vms = [new VmConfig { Name = "a", Qmp = "/q", Agent = endpoint }] })).Message);
    }

    private PatternConfig Pattern(string qmp, string? agent, params (string Name, string Value)[] labels) => new()
    {
        Qmp = Path.Combine(_directory.FullName, qmp),
        Agent = agent is null ? null : Path.Combine(_directory.FullName, agent),
        Labels = labels.ToDictionary(label => label.Name, label => label.Value),
    };

    private static string? PathOf(Protocol.Transport.Endpoint? endpoint) => (endpoint as Protocol.Transport.Endpoint.Unix)?.Path;

    private void Touch(params string[] paths)
    {
        foreach (var path in paths.Select(path => Path.Combine(_directory.FullName, path)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "");
        }
    }
}
