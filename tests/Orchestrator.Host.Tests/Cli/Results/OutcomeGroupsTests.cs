using System.Text.Json;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Results;

namespace Orchestrator.Host.Tests.Cli.Results;

public sealed class OutcomeGroupsTests
{
    [Fact]
    public void Nothing_added_gives_no_groups() => Assert.Empty(Of().Ordered());

    [Fact]
    public void Same_results_share_a_group_and_the_largest_comes_first()
    {
        var groups = Of(Ok("web2", "7.2"), Ok("db1", "8.0"), Ok("web10", "7.2"), Ok("web1", "7.2"));

        Assert.Equal(2, groups.Count);
        Assert.Equal(["web1,web2,web10: \"7.2\"", "db1: \"8.0\""], Shown(groups));
    }

    [Fact]
    public void Abnormal_outcomes_come_before_larger_groups() => Assert.Equal(
        ["u: Unknown ReplyLost: why", "f1,f2: Failed X: why", "f3: Failed Y: why", "a: Undelivered AgentAbsent: why", "o1,o2,o3: \"x\""],
        Shown(Of(Ok("o1", "x"), Ok("o2", "x"), Ok("o3", "x"), Ended("a", "Undelivered", "AgentAbsent"), Ended("f3", "Failed", "Y"), Ended("f2", "Failed", "X"), Ended("f1", "Failed", "X"), Ended("u", "Unknown", "ReplyLost"))));

    [Fact]
    public void Results_that_differ_in_case_or_kind_are_different() => Assert.Equal(3, Of(Ok("a", "x"), Ok("b", "X"), new OutcomeView(JsonElement.Parse(Samples.Succeeded("c", "1")))).Count);

    [Fact]
    public void Order_of_members_is_no_difference_and_order_of_items_is()
    {
        Assert.Equal(1, Of(Json("a", """{"x":1,"y":[1,{"p":1,"q":2}]}"""), Json("b", """{"y":[1,{"q":2,"p":1}],"x":1}""")).Count);
        Assert.Equal(2, Of(Json("a", "[1,2]"), Json("b", "[2,1]")).Count);
    }

    [Fact]
    public void Groups_do_not_depend_on_the_order_of_arrival()
    {
        OutcomeView[] outcomes = [Ok("web3", "a"), Ok("web1", "b"), Ok("db1", "a"), Ok("web2", "b"), Ok("db2", "c")];

        Assert.Equal(["db1,web3: \"a\"", "web1,web2: \"b\"", "db2: \"c\""], Shown(Of(outcomes)));
        Assert.Equal(Shown(Of(outcomes)), Shown(Of([.. outcomes.Reverse()])));
    }

    [Fact]
    public void Name_of_two_vm_hosts_is_told_apart()
    {
        var groups = Of(Ok("a", "x"), new OutcomeView(JsonElement.Parse(Samples.Succeeded("a", "\"x\"").Replace("node1", "node2"))));

        Assert.Equal(["node1/a", "node2/a"], Assert.Single(groups.Ordered()).Names);
    }

    [Fact]
    public void Long_program_output_is_compared_to_its_end()
    {
        var text = new string('x', 1 << 20);

        Assert.Equal(2, Of(new(JsonElement.Parse(Samples.Program("a", 0, text + "a"))), new(JsonElement.Parse(Samples.Program("b", 0, text + "b")))).Count);
    }

    private static OutcomeGroups Of(params OutcomeView[] outcomes)
    {
        var groups = new OutcomeGroups(IgnoredMembers.None);
        foreach (var outcome in outcomes)
            groups.Add(outcome);
        return groups;
    }

    private static IEnumerable<string> Shown(OutcomeGroups groups) =>
        groups.Ordered().Select(group => $"{string.Join(',', group.Names)}: {group.Body.Status}{group.Body.Content}");

    private static OutcomeView Ok(string name, string text) => Json(name, $"\"{text}\"");

    private static OutcomeView Json(string name, string result) => new(JsonElement.Parse(Samples.Succeeded(name, result)));

    private static OutcomeView Ended(string name, string phase, string reason) => new(JsonElement.Parse(Samples.Ended(name, phase, reason)));
}
