using Orchestrator.Host.Clustering.Discovery;

namespace Orchestrator.Host.Tests.Clustering.Discovery;

/// <summary>SRV records, from a name server over UDP.</summary>
public sealed class ServiceContactsTests : IAsyncLifetime
{
    private const string Service = "_orchestrator._tcp.example.net";

    private readonly ScriptedDns _dns = new();
    private readonly ServiceContacts _contacts;

    public ServiceContactsTests() => _contacts = new ServiceContacts(Service, _dns.EndPoint);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _dns.DisposeAsync();

    [Fact]
    public async Task Records_name_nodes_with_their_ports_in_the_order_of_their_priority_and_weight()
    {
        _dns.Records = [(2, 9, 4053, "c.example.net"), (1, 1, 4055, "b.example.net"), (1, 5, 4053, "a.example.net")];

        var found = await _contacts.FindAsync(default);

        Assert.Equal(["a.example.net:4053", "b.example.net:4055", "c.example.net:4053"], found.Select(node => node.ToString()));
        Assert.Equal([Service], _dns.Asked);
        Assert.Equal("dns+srv:" + Service, _contacts.Name);
    }

    [Fact]
    public async Task Each_attempt_asks_anew()
    {
        _dns.Records = [(0, 0, 4053, "a.example.net")];
        Assert.Equal("a.example.net", Assert.Single(await _contacts.FindAsync(default)).Host);
        _dns.Records = [(0, 0, 4053, "b.example.net")];

        Assert.Equal("b.example.net", Assert.Single(await _contacts.FindAsync(default)).Host);
    }

    [Fact]
    public async Task Name_without_records_is_an_error_that_names_it()
    {
        _dns.Records = null;
        Assert.Contains(Service, (await Assert.ThrowsAsync<ContactException>(() => _contacts.FindAsync(default))).Message);
        _dns.Records = [];
        Assert.Contains("no SRV record that names a node", (await Assert.ThrowsAsync<ContactException>(() => _contacts.FindAsync(default))).Message);
    }

    [Fact]
    public async Task Records_that_name_no_node_are_left_out()
    {
        _dns.Records = [(0, 0, 4053, "."), (0, 0, 0, "a.example.net"), (0, 0, 65535, "b.example.net"), (0, 0, 1, "c.example.net")];

        Assert.Equal("c.example.net:1", Assert.Single(await _contacts.FindAsync(default)).ToString());
    }

    [Fact]
    public async Task Silent_server_is_an_error_that_names_the_service()
    {
        _dns.IsSilent = true;

        Assert.Contains(Service, (await Assert.ThrowsAsync<ContactException>(() => _contacts.FindAsync(default))).Message);
        Assert.Equal(2, _dns.Asked.Count);
    }
}
