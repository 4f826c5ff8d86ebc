using System.Runtime.Versioning;
using Orchestrator.Bench.Fleet.Clients.Server;
using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Scale;
using Orchestrator.Bench.Scale.Nodes;

namespace Orchestrator.Bench.Tests.Scale;

[SupportedOSPlatform("linux")]
public class ClusterNodesTests
{
    [Fact]
    public void Cluster_is_whole_when_its_nodes_are_up_its_duties_are_done_and_its_vms_are_known()
    {
        var whole = new ClusterPicture([new("a", "Up", 4), new("b", "Up", 3), new("c", "Up", 3)], [new("control", "a"), new("jobs-0", "b")]);

        Assert.True(whole.IsWhole(3, 10));
        Assert.False(whole.IsWhole(3, 11));
        Assert.False(whole.IsWhole(4, 10));
        Assert.False((whole with { Duties = [new("control", null)] }).IsWhole(3, 10));
        Assert.False((whole with { Members = [new("a", "Up", 4), new("b", "Unreachable", 3), new("c", "Up", 3)] }).IsWhole(3, 10));
    }

    [Fact]
    public void Ports_are_different_and_free()
    {
        var ports = FreePorts.Take(10);

        Assert.Equal(10, ports.Distinct().Count());
        Assert.All(ports, port => Assert.InRange(port, 1, ushort.MaxValue));
    }

    [Fact]
    public async Task Postgres_answers_and_its_data_are_gone_with_it()
    {
        using var files = FleetDirectory.Create();
        string directory;
        await using (var store = await PostgresProcess.StartAsync(files.File("log"), CancellationToken.None))
        {
            directory = store.Address.Split('=', ';')[1];
            Assert.True(File.Exists(Path.Combine(directory, ".s.PGSQL.5432")));
        }

        Assert.False(Directory.Exists(directory));
    }

    [Theory]
    [InlineData(true, "endpoint: { sockets: true }\nnode: x\n")]
    [InlineData(false, "endpoint: { sockets: false }\nnode: x\n")]
    public void Configuration_says_whether_vms_have_sockets(bool sockets, string text)
    {
        using var files = FleetDirectory.Create();

        Assert.Equal(text, File.ReadAllText(NodeFile.Write(new ScaleOptions { QmpSockets = sockets }, files.File("x.yaml"), "node: x\n")));
    }
}
