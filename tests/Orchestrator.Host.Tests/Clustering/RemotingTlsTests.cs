using System.Security.Cryptography.X509Certificates;
using Akka.Remote.Hosting;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Host.Clustering.Certificates;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>Two real actor systems: who may deliver a message to the other.</summary>
public sealed class RemotingTlsTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TestAuthority _authority = new();
    private readonly CollectedLog _log = new();
    private RemotingNode _node = null!;

    public async Task InitializeAsync() => _node = await RemotingNode.StartAsync("b", _authority.Tls("b", log: _log));

    public async Task DisposeAsync() => await _node.DisposeAsync();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Nodes_of_the_cluster_write_to_each_other()
    {
        await using var other = await RemotingNode.StartAsync("a", _authority.Tls("a"));
        Assert.Equal("akka.ssl.tcp", _node.Address.Protocol);

        other.Send(_node.Address, "there");
        Assert.Equal("there", await _node.ReceiveAsync());
        _node.Send(other.Address, "and back");
        Assert.Equal("and back", await other.ReceiveAsync());
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Foreign_certificate_delivers_nothing()
    {
        using var foreign = new TestAuthority();

        await AssertNothingIsDeliveredAsync(Careless(foreign.Issue("a", [TestAuthority.Loopback])), "was not issued by the cluster's authority");
    }

    [Fact]
    public async Task Self_signed_certificate_of_the_same_name_delivers_nothing() =>
        await AssertNothingIsDeliveredAsync(Careless(TestAuthority.SelfSigned("a")), "was not issued by the cluster's authority");

    [Fact]
    public async Task Expired_certificate_delivers_nothing() =>
        await AssertNothingIsDeliveredAsync(Careless(_authority.Issue("a", [TestAuthority.Loopback], TimeSpan.FromDays(2), TimeSpan.FromHours(-1))), "expired on");

    [Fact]
    public async Task Certificate_for_servers_only_delivers_nothing() =>
        await AssertNothingIsDeliveredAsync(Careless(_authority.IssueOdd(request => TestAuthority.AddUsages(request, CertificateUsage.Server))), "is not for a TLS client");

    [Fact]
    public async Task System_without_a_certificate_delivers_nothing()
    {
        var options = Careless(_authority.Issue("a", [TestAuthority.Loopback]));
        options.Ssl.RequireMutualAuthentication = false;

        await AssertNothingIsDeliveredAsync(options, reason: null);
    }

    [Fact]
    public async Task System_without_TLS_delivers_nothing()
    {
        await using var plain = await RemotingNode.StartAsync("a", new RemoteOptions());

        plain.Send(_node.PlainAddress, "let me in");

        await plain.FailureAsync();
        await AssertFirstMessageIsOfAsync("a node");
    }

    [Fact]
    public async Task Nothing_is_sent_to_a_system_with_a_foreign_certificate()
    {
        using var foreign = new TestAuthority();

        await AssertNothingIsSentToAsync(Careless(foreign.Issue("a", [TestAuthority.Loopback])), "was not issued by the cluster's authority");
    }

    [Fact]
    public async Task Nothing_is_sent_to_a_node_at_an_address_that_is_not_in_its_certificate() =>
        await AssertNothingIsSentToAsync(Careless(_authority.Issue("a", ["10.9.9.9"])), "is for a, 10.9.9.9, not for 127.0.0.1");

    [Fact]
    public async Task Nothing_is_sent_to_a_system_whose_certificate_is_for_clients() =>
        await AssertNothingIsSentToAsync(Careless(_authority.IssueOdd(request => TestAuthority.AddUsages(request, CertificateUsage.Client))), "is not for a TLS server");

    [Fact]
    public async Task Replaced_authority_is_in_force_without_a_restart()
    {
        using var replaced = new TestAuthority("Next authority");
        var time = new FakeTimeProvider(TestAuthority.Now);
        var log = new CollectedLog();
        await using var node = await RemotingNode.StartAsync("c", _authority.Tls("c", time, log));
        await using var former = await RemotingNode.StartAsync("a", Careless(_authority.Issue("a", [TestAuthority.Loopback])));
        await using var next = await RemotingNode.StartAsync("d", Careless(replaced.Issue("d", [TestAuthority.Loopback])));

        _authority.Put("c", replaced.Issue("c", [TestAuthority.Loopback]));
        await File.WriteAllTextAsync(_authority.File, replaced.Certificate.ExportCertificatePem());
        time.Advance(TimeSpan.FromSeconds(1));

        former.Send(node.Address, "of old times");
        await Eventually.TrueAsync(() => log.Lines.Length > 0, Limit, "the refusal is told");
        await former.FailureAsync();
        next.Send(node.Address, "of the new authority");
        Assert.Equal("of the new authority", await node.ReceiveAsync());
    }

    [Theory]
    [InlineData("-tls1")]
    [InlineData("-tls1_1")]
    public async Task Version_that_is_old_is_not_spoken(string version)
    {
        var files = _authority.Put("a", _authority.Issue("a", []));
        var server = new UriBuilder("https", _node.Address.Host, _node.Address.Port!.Value).Uri;

        Assert.Contains("Protocol  : TLSv1.2", await OpenSsl.ConnectAsync(server, "-tls1_2", files));
        Assert.Contains("Cipher is (NONE)", await OpenSsl.ConnectAsync(server, version, files));
    }

    /// <summary>A system that trusts everybody, as an attacker's would.</summary>
    private static RemoteOptions Careless(X509Certificate2 certificate) => new()
    {
        EnableSsl = true,
        Ssl = new SslOptions { X509Certificate = certificate, RequireMutualAuthentication = true, CustomValidator = (_, _, _, _, _) => true },
    };

    private async Task AssertNothingIsDeliveredAsync(RemoteOptions attacker, string? reason)
    {
        await using var stranger = await RemotingNode.StartAsync("a", attacker);

        stranger.Send(_node.Address, "let me in");

        await AssertToldAsync(reason);
        await stranger.FailureAsync();
        await AssertFirstMessageIsOfAsync("a node");
    }

    private async Task AssertNothingIsSentToAsync(RemoteOptions attacker, string reason)
    {
        await using var stranger = await RemotingNode.StartAsync("a", attacker);

        _node.Send(stranger.Address, "secret");

        await _node.FailureAsync();
        await AssertToldAsync(reason);
        stranger.Send(stranger.Address, "own");
        Assert.Equal("own", await stranger.ReceiveAsync());
        // Nobody who is called can end a node.
        await using var other = await RemotingNode.StartAsync("d", _authority.Tls("d"));
        _node.Send(other.Address, "still there");
        Assert.Equal("still there", await other.ReceiveAsync());
    }

    private async Task AssertToldAsync(string? reason)
    {
        if (reason is null)
            return;
        await Eventually.TrueAsync(() => _log.Lines.Length > 0, Limit, "the refusal is told");
        Assert.Contains($"its certificate {reason}", _log.Lines[0]);
    }

    // What a stranger sent came before, if it came.
    private async Task AssertFirstMessageIsOfAsync(string sender)
    {
        await using var node = await RemotingNode.StartAsync("c", _authority.Tls("c"));
        node.Send(_node.Address, sender);
        Assert.Equal(sender, await _node.ReceiveAsync());
    }
}
