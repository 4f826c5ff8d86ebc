using Orchestrator.Host.Configuration;
using Orchestrator.Host.Serving;
using Orchestrator.Protocol.Transport;
using Endpoint = Orchestrator.Protocol.Transport.Endpoint;

namespace Orchestrator.Host.Tests.Configuration;

public sealed class RemoteHostConfigTests
{
    private const string Rack = """
        host: node1
        remote-hosts:
          rack7:
            tls: { authority: /etc/ca.pem, certificate: /etc/client.pem, key: /etc/client.key }
            labels: { rack: "7", tier: back }
            vms:
              - name: web01
                qmp: tls:10.0.7.1:4444
                agent: tls:10.0.7.1:4445
                labels: { tier: front }
              - name: db01
                qmp: tls:10.0.7.2:4444
                tls: { authority: /etc/other.pem, server-name: db }
          lab:
            vms: [{ name: web01, qmp: 'tcp:127.0.0.1:4444' }]
        labels:
          web*: { role: web }
        """;

    [Fact]
    public void Vms_of_each_remote_vm_host_have_its_certificates_and_labels_unless_they_have_their_own()
    {
        var remote = new VmSources(Parse(Rack)).Remote;

        Assert.Equal(["lab", "rack7"], remote.Keys.Order());
        var web = remote["rack7"][0];
        var options = Assert.IsType<Endpoint.Tls>(web.Qmp).Options;
        Assert.Equal(new TlsClientOptions { AuthorityFile = "/etc/ca.pem", CertificateFile = "/etc/client.pem", KeyFile = "/etc/client.key", MaxRecord = TlsClientOptions.MonitorRecord }, options);
        Assert.Equal(options with { MaxRecord = TlsClientOptions.AgentRecord }, Assert.IsType<Endpoint.Tls>(web.Agent).Options);
        Assert.Equal("rack=7 role=web tier=front", string.Join(' ', web.Labels.OrderBy(label => label.Key).Select(label => $"{label.Key}={label.Value}")));
        Assert.Equal(new TlsClientOptions { AuthorityFile = "/etc/other.pem", ServerName = "db", MaxRecord = TlsClientOptions.MonitorRecord }, Assert.IsType<Endpoint.Tls>(remote["rack7"][1].Qmp).Options);
        Assert.Equal(new Endpoint.Tcp("127.0.0.1", 4444), Assert.Single(remote["lab"]).Qmp);
    }

    [Fact]
    public void They_are_not_among_the_nodes_own_vms() => Assert.Empty(new VmSources(Parse(Rack)).Read());

    [Fact]
    public void Certificates_are_relative_to_the_configuration() => Assert.Equal(
        "/etc/orchestrator/keys/ca.pem",
        NodeConfigFile.Parse(new StringReader("remote-hosts: { r: { tls: { authority: keys/ca.pem }, vms: [{ name: x, qmp: 'tls:h:1' }] } }"), "/etc/orchestrator/node.yaml").RemoteHosts["r"].Tls!.Authority);

    [Theory]
    [InlineData("remote-hosts: { 'a b': { vms: [{ name: x, qmp: 'tcp:h:1' }] } }", "'a b' of 'remote-hosts' is no name of a VmHost")]
    [InlineData("remote-hosts: { .a: { vms: [{ name: x, qmp: 'tcp:h:1' }] } }", "'.a' of 'remote-hosts' is no name of a VmHost")]
    [InlineData("host: n\nremote-hosts: { n: { vms: [{ name: x, qmp: 'tcp:h:1' }] } }", "'n' of 'remote-hosts' is the name of this node")]
    [InlineData("remote-hosts: { r: }", "'r' of 'remote-hosts' needs 'vms'")]
    [InlineData("remote-hosts: { r: { vms: [] } }", "'r' of 'remote-hosts' needs 'vms'")]
    [InlineData("remote-hosts: { r: { vms: [{ name: x }] } }", "the VM 'x' needs a 'qmp' endpoint")]
    [InlineData("remote-hosts: { r: { vms: [{ name: x, qmp: 'tcp:h:1' }, { name: x, qmp: 'tcp:h:2' }] } }", "the VM 'x' is named twice")]
    [InlineData("remote-hosts: { r: { vms: [{ name: x, qmp: /run/x.sock }] } }", "the VM 'x' of the remote VmHost 'r' is at '/run/x.sock', which other nodes cannot reach")]
    [InlineData("remote-hosts: { r: { vms: [{ name: x, qmp: 'tcp:h:1', agent: 'unix:/run/x' }] } }", "is at 'unix:/run/x'")]
    [InlineData("cluster: { listen: '127.0.0.1:1', roles: [vmhost] }\nremote-hosts: { r: { vms: [{ name: x, qmp: 'tcp:h:1' }] } }", "needs both roles")]
    public void Mistake_is_told_with_its_place(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<ServeException>(() => Parse(text)).Message, StringComparison.Ordinal);

    private static NodeConfig Parse(string text) => NodeConfigFile.Parse(new StringReader(text), "node.yaml");
}
