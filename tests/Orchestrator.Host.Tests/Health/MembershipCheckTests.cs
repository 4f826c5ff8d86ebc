using Orchestrator.Host.Clustering;
using Orchestrator.Host.Health;
using Orchestrator.Host.Tests.Docs;

namespace Orchestrator.Host.Tests.Health;

public sealed class MembershipCheckTests
{
    private readonly ClusterMembership _membership = new();

    [Fact]
    public async Task Node_in_no_cluster_works_and_says_why_it_is_in_none()
    {
        var check = new MembershipCheck(_membership);
        Assert.Equal(CheckStatus.Degraded, (await check.CheckAsync(default)).Status);
        _membership.Waits("'a.example' of 'join' has no address");

        var (status, message) = await check.CheckAsync(default);

        Assert.Equal(CheckStatus.Degraded, status);
        Assert.Contains("'a.example' of 'join' has no address", message);
        _membership.Joined();
        Assert.Equal(CheckResult.Ok, await check.CheckAsync(default));
    }

    [Fact]
    public void Check_is_documented() => Assert.Contains($"| `{new MembershipCheck(_membership).Name}` |", Repository.Read("docs/OPERATIONS.md"));
}
