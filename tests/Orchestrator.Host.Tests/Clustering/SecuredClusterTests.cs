using Akka.Actor;
using Akka.Cluster;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Host.Clustering;
using Orchestrator.Host.Clustering.Tls;
using Orchestrator.Host.Configuration;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>Akka's cluster with a node's own settings, over TLS.</summary>
public sealed class SecuredClusterTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Nodes_with_certificates_of_one_authority_are_a_cluster_and_a_stranger_is_none_of_it()
    {
        using var foreign = new TestAuthority();
        using var a = await StartAsync(_authority.Tls("a"));
        using var b = await StartAsync(_authority.Tls("b"));
        using var stranger = await StartAsync(foreign.Tls("c"));
        var contact = ClusterOf(a).SelfAddress;
        Assert.Equal(("akka.ssl.tcp", TestAuthority.Loopback), (contact.Protocol, contact.Host));

        foreach (var node in (IHost[])[a, stranger, b])
            ClusterOf(node).Join(contact);

        await Eventually.TrueAsync(() => UpIn(a) == 2 && UpIn(b) == 2, Limit, "both are members");
        Assert.Equal(0, UpIn(stranger));
        foreach (var node in (IHost[])[stranger, b, a])
            await node.StopAsync();
    }

    private static int UpIn(IHost node) => ClusterOf(node).State.Members.Count(member => member.Status == MemberStatus.Up);

    private static Cluster ClusterOf(IHost node) => Cluster.Get(node.Services.GetRequiredService<ActorSystem>());

    private static async Task<IHost> StartAsync(ClusterTls tls)
    {
        var address = NodeAddress.Parse($"{TestAuthority.Loopback}:1", "the test", "listen");
        var builder = new HostBuilder();
        builder.ConfigureLogging(logging => logging.ClearProviders());
        builder.ConfigureServices(services => services.AddAkka(AkkaCluster.SystemName, akka =>
        {
            akka.AddCluster(new ClusterOptions(address, address, [], ["vmhost"], null))
                .AddHocon("akka { loglevel = OFF, stdout-loglevel = OFF, remote.dot-netty.tcp.port = 0 }", HoconAddMode.Prepend);
            tls.Secure(akka);
        }));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
