using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Clustering;

/// <summary>A node shows what the entries of its <c>join</c> told it; what cannot be found keeps nobody from joining.</summary>
public sealed class ClusterContactsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Name_that_cannot_be_found_is_shown_and_the_node_joins_all_the_same()
    {
        await using var lab = await ClusterLab.StartAsync(new() { Nodes = 2, Clustered = true, Join = ["\"nobody.invalid:4053\"", "\"dns+srv:_orchestrator._tcp.nobody.invalid\""] });
        foreach (var node in lab.Nodes)
        {
            var cluster = default(JsonElement);
            await Eventually.TrueAsync(
                async () =>
                {
                    node.Server.Process.ThrowIfExited();
                    cluster = (await node.Api.GetAsync("/v1/cluster")).Body;
                    return cluster.TryGetProperty("members", out var members) && members.GetArrayLength() == 2;
                },
                Limit,
                $"{node.Name} is one of two");

            var contacts = cluster.GetProperty("contacts").EnumerateArray().ToDictionary(contact => contact.GetProperty("source").GetString()!);
            Assert.Equal(4, contacts.Count);
            Assert.Contains("nobody.invalid", contacts["nobody.invalid:4053"].GetProperty("trouble").GetString());
            Assert.Contains("_orchestrator._tcp.nobody.invalid", contacts["dns+srv:_orchestrator._tcp.nobody.invalid"].GetProperty("trouble").GetString());
            var other = $"{lab.Nodes.Single(other => other != node).Host.Address}:4053";
            Assert.Equal([other], contacts[other].GetProperty("addresses").EnumerateArray().Select(address => address.GetString()));
            Assert.False(contacts[other].TryGetProperty("trouble", out _));
            await Eventually.TrueAsync(
                async () => (await node.Api.GetAsync("/readyz")).Body.GetProperty("checks").EnumerateArray().Single(check => check.Is("name", "membership")).Is("status", "Ok"),
                Limit,
                $"{node.Name} says that it is in");
        }
    }
}
