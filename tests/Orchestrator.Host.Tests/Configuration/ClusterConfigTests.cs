using Orchestrator.Host.Configuration;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Configuration;

public sealed class ClusterConfigTests
{
    private static readonly ClusterTlsConfig Tls = new() { Certificate = "node.crt", Key = "node.key", Authority = "authority.crt" };

    [Fact]
    public void Nothing_is_a_node_that_is_alone() => Assert.Null(new ClusterConfig().Options("c.yaml"));

    [Fact]
    public void Listen_is_enough_on_loopback()
    {
        var options = new ClusterConfig { Listen = "127.0.0.1:4053" }.Options("c.yaml")!;

        Assert.Equal((new NodeAddress("127.0.0.1", 4053), new NodeAddress("127.0.0.1", 4054)), (options.Listen, options.Peer));
        Assert.Equal(["vmhost", "gateway"], options.Roles);
        Assert.Empty(options.Join);
        Assert.Null(options.Tls);
    }

    [Fact]
    public void Everything_is_taken()
    {
        var options = new ClusterConfig { Listen = "10.0.0.1:4053", Peer = "a.example:7000", Join = ["10.0.0.2:4053", "nodes.example:4053"], Roles = ["gateway", "gateway"], Tls = Tls }.Options("c.yaml")!;

        Assert.Equal(new NodeAddress("a.example", 7000), options.Peer);
        Assert.Equal(["10.0.0.2:4053", "nodes.example:4053"], options.Join.Select(address => address.ToString()));
        Assert.Equal(["gateway"], options.Roles);
        Assert.Same(Tls, options.Tls);
    }

    [Fact]
    public void Services_and_pods_are_taken()
    {
        var options = new ClusterConfig { Listen = "10.0.0.1:4053", Join = ["dns+srv:_orchestrator._tcp.example.net.", "b.example:4053"], Kubernetes = new KubernetesConfig { Selector = " app=o " }, Tls = Tls }.Options("c.yaml")!;

        Assert.Equal(["_orchestrator._tcp.example.net"], options.Services);
        Assert.Equal(["b.example:4053"], options.Join.Select(address => address.ToString()));
        Assert.Equal(new KubernetesOptions("app=o", null, 4053), options.Kubernetes);
        Assert.Equal(new KubernetesOptions("app=o", "fleet", 5, "cluster.local"), new KubernetesConfig { Selector = "app=o", Namespace = "fleet", Port = 5, Domain = "cluster.local" }.Options("c.yaml", 4053));
    }

    [Theory]
    [InlineData("dns+srv:")]
    [InlineData("dns+srv:.")]
    [InlineData("dns+srv:name")]
    [InlineData("dns+srv:_a._tcp.example.net:4053")]
    [InlineData("dns+srv:10.0.0.1")]
    [InlineData("DNS+SRV:_a._tcp.example.net")]
    public void Service_that_is_none_is_refused(string join) => Refused(new ClusterConfig { Listen = "10.0.0.1:4053", Join = [join], Tls = Tls }, $"'{join}' in 'join' of 'cluster'");

    [Theory]
    [InlineData(null, null, null, "'selector'")]
    [InlineData(" ", null, null, "'selector'")]
    [InlineData("app=o", "a/b", null, "'a/b'")]
    [InlineData("app=o", "", null, "''")]
    [InlineData("app=o", "a.b", null, "'a.b'")]
    [InlineData("app=o", null, 0, "'port'")]
    [InlineData("app=o", null, 65535, "'port'")]
    public void Pods_that_cannot_be_are_refused(string? selector, string? space, int? port, string words) =>
        Refused(new ClusterConfig { Listen = "10.0.0.1:4053", Kubernetes = new KubernetesConfig { Selector = selector, Namespace = space, Port = port }, Tls = Tls }, words);

    [Fact]
    public void Domain_of_pods_that_is_none_is_refused() =>
        Refused(new ClusterConfig { Listen = "10.0.0.1:4053", Kubernetes = new KubernetesConfig { Selector = "app=o", Domain = "10.0.0.1" }, Tls = Tls }, "'10.0.0.1' in 'kubernetes'");

    [Fact]
    public void Nodes_that_a_name_service_finds_need_certificates()
    {
        Refused(new ClusterConfig { Listen = "127.0.0.1:4053", Join = ["dns+srv:_a._tcp.example.net"] }, "'tls' of 'cluster' is required");
        Refused(new ClusterConfig { Listen = "127.0.0.1:4053", Kubernetes = new KubernetesConfig { Selector = "app=o" } }, "'tls' of 'cluster' is required");
    }

    [Fact]
    public void To_join_needs_an_address() => Refused(new ClusterConfig { Join = ["a:1"] }, "--cluster-listen");

    [Fact]
    public void Settings_without_an_address_are_a_mistake()
    {
        Refused(new ClusterConfig { Peer = "127.0.0.1:1" }, "'listen'");
        Refused(new ClusterConfig { Roles = ["vmhost"] }, "'listen'");
        Refused(new ClusterConfig { Tls = Tls }, "'listen'");
        Refused(new ClusterConfig { Kubernetes = new KubernetesConfig { Selector = "app=o" } }, "'listen'");
    }

    [Fact]
    public void Unknown_role_is_named() => Refused(new ClusterConfig { Listen = "localhost:1", Roles = ["vmhost", "king"] }, "'king'");

    [Fact]
    public void Half_of_the_certificates_is_refused()
    {
        Refused(new ClusterConfig { Listen = "localhost:1", Tls = new ClusterTlsConfig { Certificate = "x", Key = "y" } }, "'authority'");
        Refused(new ClusterConfig { Listen = "localhost:1", Tls = new ClusterTlsConfig { Authority = "x" } }, "orchestrator certs");
    }

    [Theory]
    [InlineData("10.0.0.1:4053", null, null)]
    [InlineData("localhost:4053", "10.0.0.1:4054", null)]
    [InlineData("localhost:4053", null, "other:4053")]
    public void Whatever_others_reach_needs_certificates(string listen, string? peer, string? join) =>
        Refused(new ClusterConfig { Listen = listen, Peer = peer, Join = join is null ? [] : [join] }, "'tls' of 'cluster' is required");

    [Fact]
    public void Two_listeners_need_two_ports() => Refused(new ClusterConfig { Listen = "localhost:4053", Peer = "localhost:4053" }, "both localhost:4053");

    [Theory]
    [InlineData("127.0.0.1:4053", "127.0.0.1", 4053)]
    [InlineData("a.example:1", "a.example", 1)]
    [InlineData("[::1]:65534", "::1", 65534)]
    public void Address_is_read_and_written(string text, string host, int port)
    {
        var address = NodeAddress.Parse(text, "c.yaml", "listen");
        Assert.Equal((host, port, text), (address.Host, address.Port, address.ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(":4053")]
    [InlineData("host")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65535")]
    [InlineData("host:-1")]
    [InlineData("host:+1")]
    [InlineData("host: 1")]
    [InlineData("host:1x")]
    [InlineData("a b:1")]
    [InlineData("http://host:1")]
    [InlineData("::1:4053")]
    [InlineData("[host]:1")]
    [InlineData("[::1:1")]
    [InlineData("]host[:1")]
    public void Address_that_is_none_is_refused_with_its_place(string? text)
    {
        var refused = Assert.Throws<ServeException>(() => NodeAddress.Parse(text, "c.yaml", "join"));
        Assert.Contains("c.yaml", refused.Message);
        Assert.Contains("'join'", refused.Message);
        Assert.Contains("HOST:PORT", refused.Message);
    }

    [Theory]
    [InlineData("localhost:1", true)]
    [InlineData("LocalHost:1", true)]
    [InlineData("127.8.9.1:1", true)]
    [InlineData("[::1]:1", true)]
    [InlineData("10.0.0.1:1", false)]
    [InlineData("localhost.example:1", false)]
    public void Loopback_is_known(string text, bool expected) => Assert.Equal(expected, NodeAddress.Parse(text, "", "").IsLoopback);

    private static void Refused(ClusterConfig config, string words)
    {
        var refused = Assert.Throws<ServeException>(() => config.Options("c.yaml"));
        Assert.StartsWith("c.yaml: ", refused.Message);
        Assert.Contains(words, refused.Message);
    }
}
