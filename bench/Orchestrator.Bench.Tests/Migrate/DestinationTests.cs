using System.Text.Json;
using Orchestrator.Bench.Migrate;

namespace Orchestrator.Bench.Tests.Migrate;

public class DestinationTests
{
    private static readonly Destination OfTwo = new(1, "n1", "guest");

    [Fact]
    public void On_one_node_the_guest_goes_to_the_other_directory_and_back()
    {
        var way = Enumerable.Range(0, 4).Select(number => Destination.Of(number, ["host"]));

        Assert.Equal([new(0, "host", "guest-other"), new(0, "host", "guest"), new(0, "host", "guest-other"), new(0, "host", "guest")], way);
    }

    [Fact]
    public void Of_two_nodes_it_goes_to_the_other_one_and_back_under_its_name()
    {
        var way = Enumerable.Range(0, 4).Select(number => Destination.Of(number, ["n0", "n1"]));

        Assert.Equal([new(1, "n1", "guest"), new(0, "n0", "guest"), new(1, "n1", "guest"), new(0, "n0", "guest")], way);
    }

    [Theory]
    [InlineData("""{"host":"n0","migration":{"phase":"Prepared","destination":"n1/guest"}}""", true)]
    // The VM is on that node, and its guest was on the other one.
    [InlineData("""{"host":"n1","migration":{"phase":"Prepared","destination":"guest"}}""", true)]
    [InlineData("""{"host":"n0","migration":{"phase":"Prepared","destination":"guest"}}""", false)]
    [InlineData("""{"host":"n0","migration":{"phase":"Copying","destination":"n1/guest"}}""", false)]
    [InlineData("""{"host":"n1","migration":{"phase":"Prepared","destination":"n0/guest"}}""", false)]
    [InlineData("""{"host":"n1"}""", false)]
    public void It_is_prepared_when_the_vm_shows_it_as_what_awaits_its_guest(string vm, bool isPrepared) => Assert.Equal(isPrepared, OfTwo.IsPrepared(JsonElement.Parse(vm)));

    [Theory]
    [InlineData("""{"name":"guest","host":"n0","state":"Running","place":"n1/guest"}""", true)]
    [InlineData("""{"name":"guest","host":"n1","state":"Running"}""", true)]
    [InlineData("""{"name":"guest","host":"n0","state":"Running"}""", false)]
    [InlineData("""{"name":"guest","host":"n1","state":"Running","place":"n0/guest"}""", false)]
    [InlineData("""{"name":"guest","host":"n1","state":"Unreachable"}""", false)]
    public void It_has_the_guest_when_the_vm_runs_there_whosever_it_is_yet(string vm, bool hasGuest) => Assert.Equal(hasGuest, OfTwo.HasGuest(JsonElement.Parse(vm)));

    [Theory]
    [InlineData("""{"name":"guest","host":"host","state":"Running","place":"guest-other"}""", true)]
    [InlineData("""{"name":"guest","host":"host","state":"Running"}""", false)]
    public void On_one_node_directories_are_told_apart_by_their_names(string vm, bool hasGuest) => Assert.Equal(hasGuest, new Destination(0, "host", "guest-other").HasGuest(JsonElement.Parse(vm)));
}
