using Orchestrator.Bench.Scale.Nodes;

namespace Orchestrator.Bench.Tests.Scale;

public class MetricsTextTests
{
    private const string Text = """
        # TYPE orchestrator_vms gauge
        # HELP orchestrator_vms VMs
        orchestrator_vms{state="Running",agent="Ready"} 40 1700000000000
        orchestrator_vms{state="Paused",agent="Ready"} 2
        orchestrator_vms{state="Running",agent="Absent"} 5
        orchestrator_vms_other{agent="Ready"} 1000
        orchestrator_jobs_running 1.5e1
        """;

    [Theory]
    [InlineData("orchestrator_vms", "agent=\"Ready\"", 42.0)]
    [InlineData("orchestrator_vms", "", 47.0)]
    [InlineData("orchestrator_jobs_running", "", 15.0)]
    [InlineData("orchestrator_jobs_running", "agent=\"Ready\"", null)]
    [InlineData("orchestrator_vm", "", null)]
    public void Samples_of_a_name_are_added_up(string name, string label, double? sum) => Assert.Equal(sum, MetricsText.Sum(Text, name, label));

    [Fact]
    public void Samples_are_added_up_by_the_values_of_a_label()
    {
        Assert.Equal(new Dictionary<string, double> { ["Ready"] = 42, ["Absent"] = 5 }, MetricsText.By(Text, "orchestrator_vms", "agent"));
        Assert.Empty(MetricsText.By(Text, "orchestrator_jobs_running", "agent"));
        Assert.Empty(MetricsText.By(Text, "orchestrator_vm", "agent"));
    }

    [Fact]
    public void Traffic_is_that_of_all_nodes_and_nothing_where_nothing_is_sent()
    {
        string Node(int reads, int parts, int frames) => $$"""
            {{NodeTraffic.MessagesMetric}}{kind="inventory.read.v1"} {{reads}}
            {{NodeTraffic.MessagesMetric}}{kind="inventory.part.v1"} {{parts}}
            {{NodeTraffic.BytesMetric}}{kind="inventory.read.v1"} {{reads * 10}}
            {{NodeTraffic.BytesMetric}}{kind="inventory.part.v1"} {{parts * 1000}}
            {{NodeTraffic.FramesMetric}} {{frames}}
            {{NodeTraffic.FrameBytesMetric}} {{frames * 500}}
            """;

        Assert.Null(NodeTraffic.Of([Text, Text]));
        Assert.Null(NodeTraffic.Of([Node(0, 0, 0)]));
        var before = NodeTraffic.Of([Node(3, 1, 10), Node(4, 0, 10), Text])!;
        Assert.Equal((8, 20, 10_000), (before.Messages, before.Frames, before.FrameBytes));
        Assert.Equal(new NodeTraffic.Kind(7, 70), before.Kinds["inventory.read.v1"]);
        var since = NodeTraffic.Of([Node(5, 1, 20), Node(6, 0, 20)])!.Since(before, 2);
        Assert.Equal((2, 10, 5_000), (since.Messages, since.Frames, since.FrameBytes));
        Assert.Equal(new NodeTraffic.Kind(2, 20), Assert.Single(since.Kinds).Value);
    }
}
