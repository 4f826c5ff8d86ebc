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
    public void Traffic_is_that_of_all_nodes_and_nothing_where_nobody_counts()
    {
        var counting = $"{NodeTraffic.MessagesMetric}{{peer=\"b\"}} 3\n{NodeTraffic.MessagesMetric}{{peer=\"c\"}} 4\n{NodeTraffic.BytesMetric} 900\n";

        Assert.Null(NodeTraffic.Of([Text, Text]));
        Assert.Equal(new NodeTraffic(7, 900), NodeTraffic.Of([counting, Text]));
        Assert.Equal(new NodeTraffic(5, 800), new NodeTraffic(7, 900).Since(new NodeTraffic(2, 100)));
    }
}
