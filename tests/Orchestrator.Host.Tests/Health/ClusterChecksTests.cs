using Akka.Cluster;
using Orchestrator.Host.Health;

namespace Orchestrator.Host.Tests.Health;

public sealed class ClusterChecksTests
{
    [Theory]
    [InlineData(MemberStatus.Up, 3, 0, CheckStatus.Ok, null)]
    [InlineData(MemberStatus.WeaklyUp, 3, 0, CheckStatus.Ok, null)]
    [InlineData(MemberStatus.Up, 1, 0, CheckStatus.Ok, null)]
    [InlineData(MemberStatus.Up, 3, 1, CheckStatus.Degraded, "1 of 3 nodes cannot be reached")]
    [InlineData(MemberStatus.Up, 5, 2, CheckStatus.Degraded, "2 of 5 nodes cannot be reached")]
    [InlineData(MemberStatus.Up, 3, 2, CheckStatus.Failing, "which is no majority")]
    [InlineData(MemberStatus.Up, 4, 2, CheckStatus.Failing, "which is no majority")]
    [InlineData(MemberStatus.Joining, 3, 0, CheckStatus.Failing, "this node is in no cluster (Joining)")]
    [InlineData(MemberStatus.Removed, 0, 0, CheckStatus.Failing, "this node is in no cluster (Removed)")]
    [InlineData(MemberStatus.Down, 3, 0, CheckStatus.Failing, "this node is in no cluster (Down)")]
    internal void Node_is_a_member_and_reaches_most_others(MemberStatus self, int members, int unreachable, CheckStatus status, string? message)
    {
        var found = MembershipCheck.Of(self, members, unreachable, CheckStatus.Failing);

        Assert.Equal(status, found.Status);
        Assert.Contains(message ?? "", found.Message ?? "");
    }

    [Fact]
    public void Node_that_is_no_member_says_why()
    {
        var found = MembershipCheck.Of(MemberStatus.Removed, 0, 0, CheckStatus.Failing, "'a.example' of 'join' has no address");

        Assert.Contains("'a.example' of 'join' has no address", found.Message);
    }

    [Fact]
    public void Node_that_only_has_VMs_is_never_worse_than_its_worst()
    {
        Assert.Equal(CheckStatus.Degraded, MembershipCheck.Of(MemberStatus.Joining, 3, 0, CheckStatus.Degraded).Status);
        Assert.Equal(CheckStatus.Degraded, MembershipCheck.Of(MemberStatus.Up, 3, 2, CheckStatus.Degraded).Status);
        Assert.Equal(CheckStatus.Degraded, DutiesCheck.Of(["control"], 1, CheckStatus.Degraded).Status);
    }

    [Theory]
    [InlineData(0, CheckStatus.Ok, null)]
    [InlineData(1, CheckStatus.Degraded, "1 of 32 duties are with no node now (jobs-0)")]
    [InlineData(5, CheckStatus.Degraded, "5 of 32 duties are with no node now (jobs-0, jobs-1, jobs-2, …)")]
    [InlineData(32, CheckStatus.Failing, "no node has any duty")]
    internal void Duties_have_their_nodes(int missing, CheckStatus status, string? message)
    {
        var found = DutiesCheck.Of([.. Enumerable.Range(0, missing).Select(number => $"jobs-{number}")], 32, CheckStatus.Failing);

        Assert.Equal(status, found.Status);
        Assert.Contains(message ?? "", found.Message ?? "");
    }
}
