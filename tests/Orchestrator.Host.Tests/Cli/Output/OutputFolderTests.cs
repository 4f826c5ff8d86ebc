using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Tests.Cli.Output;

public sealed class OutputFolderTests
{
    [Fact]
    public void Nothing_added_gives_no_groups() => Assert.Empty(new OutputFolder().Groups);

    [Fact]
    public void Same_bodies_share_a_group_and_the_largest_comes_first()
    {
        var folder = new OutputFolder();
        folder.Add("web2", "7.2\n");
        folder.Add("db1", "8.0\n");
        folder.Add("web10", "7.2\n");
        folder.Add("web1", "7.2\n");

        var groups = folder.Groups;
        Assert.Equal(["7.2\n", "8.0\n"], groups.Select(group => group.Body));
        Assert.Equal([3, 1], groups.Select(group => group.Count));
        Assert.Equal(["web1", "web2", "web10"], groups[0].Names);
        Assert.Equal(["db1"], groups[1].Names);
    }

    [Fact]
    public void Bodies_that_differ_in_case_or_line_end_are_different()
    {
        var folder = new OutputFolder();
        folder.Add("a", "x");
        folder.Add("b", "X");
        folder.Add("c", "x\n");
        folder.Add("d", "");
        Assert.Equal(["x", "X", "x\n", ""], folder.Groups.Select(group => group.Body));
    }

    [Fact]
    public void Groups_do_not_depend_on_the_order_of_arrival()
    {
        (string Name, string Body)[] outputs = [("web3", "a"), ("web1", "b"), ("db1", "a"), ("web2", "b"), ("db2", "c")];
        var forward = new OutputFolder();
        var backward = new OutputFolder();
        Array.ForEach(outputs, output => forward.Add(output.Name, output.Body));
        Array.ForEach(outputs.Reverse().ToArray(), output => backward.Add(output.Name, output.Body));

        Assert.Equal(["db1,web3:a", "web1,web2:b", "db2:c"], Shown(forward));
        Assert.Equal(Shown(forward), Shown(backward));

        static IEnumerable<string> Shown(OutputFolder folder) =>
            folder.Groups.Select(group => $"{string.Join(',', group.Names)}:{group.Body}");
    }

    [Fact]
    public void Name_of_two_vm_hosts_counts_twice()
    {
        var folder = new OutputFolder();
        folder.Add("web1", "x");
        folder.Add("web1", "x");
        Assert.Equal(2, Assert.Single(folder.Groups).Count);
    }

    [Fact]
    public void Groups_show_what_was_added_since_they_were_last_read()
    {
        var folder = new OutputFolder();
        folder.Add("a", "x");
        var before = folder.Groups;
        folder.Add("b", "x");
        Assert.Equal(1, before[0].Count);
        Assert.Equal(2, folder.Groups[0].Count);
    }
}
