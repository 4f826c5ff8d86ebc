using System.Net;
using System.Net.Sockets;
using Orchestrator.Host.Clustering.Discovery;
using Orchestrator.Host.Configuration;

namespace Orchestrator.Host.Tests.Clustering.Discovery;

public sealed class AddressContactsTests
{
    [Theory]
    [InlineData("10.0.0.1:4053")]
    [InlineData("[fd00::1]:4053")]
    public async Task Address_is_asked_as_it_is_and_no_name_server_with_it(string address) =>
        Assert.Equal(address, Assert.Single(await Contacts(address, _ => throw new InvalidOperationException()).FindAsync(default)).ToString());

    [Fact]
    public async Task Name_of_one_address_is_taken_for_the_name_that_the_node_itself_has() =>
        Assert.Equal("a.example:4053", Assert.Single(await Contacts("a.example:4053", _ => [IPAddress.Parse("10.0.0.1")]).FindAsync(default)).ToString());

    [Fact]
    public async Task Name_of_several_addresses_stands_for_all_of_them()
    {
        var found = await Contacts("nodes.example:4053", name => name == "nodes.example" ? [IPAddress.Parse("10.0.0.1"), IPAddress.Parse("fd00::2")] : []).FindAsync(default);

        Assert.Equal(["10.0.0.1:4053", "[fd00::2]:4053"], found.Select(node => node.ToString()));
    }

    [Fact]
    public async Task Name_is_resolved_anew_at_each_attempt()
    {
        var addresses = new Queue<IPAddress[]>([[IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2")], [IPAddress.Parse("10.0.0.2"), IPAddress.Parse("10.0.0.3")]]);
        var contacts = Contacts("nodes.example:4053", _ => addresses.Dequeue());

        Assert.Equal("10.0.0.1", (await contacts.FindAsync(default))[0].Host);
        Assert.Equal(["10.0.0.2", "10.0.0.3"], (await contacts.FindAsync(default)).Select(node => node.Host));
    }

    [Fact]
    public async Task Name_without_address_is_an_error_that_names_it()
    {
        var trouble = await Assert.ThrowsAsync<ContactException>(() => Contacts("gone.example:4053", _ => throw new SocketException((int)SocketError.HostNotFound)).FindAsync(default));

        Assert.Contains("'gone.example' of 'join' has no address", trouble.Message);
    }

    [Fact]
    public async Task Systems_own_resolver_is_asked_unless_another_is_given() =>
        Assert.All(await new AddressContacts(new NodeAddress("localhost", 4053)).FindAsync(default), node => Assert.True(node.IsLoopback));

    private static AddressContacts Contacts(string address, Func<string, IPAddress[]> resolve) =>
        new(NodeAddress.Parse(address, "", ""), async (name, _) =>
        {
            await Task.Yield();
            return resolve(name);
        });
}
