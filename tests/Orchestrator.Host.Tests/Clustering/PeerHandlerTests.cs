using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Orchestrator.Host.Clustering.Certificates;
using Orchestrator.Host.Clustering.Tls;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>Whom a node sends requests to: real handshakes on loopback, with listeners that let everybody in.</summary>
public sealed class PeerHandlerTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly TestAuthority _authority = new();
    private readonly CollectedLog _log = new();
    private readonly ClusterTls _caller;

    public PeerHandlerTests() => _caller = _authority.Tls("a", log: _log);

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("b")]
    [InlineData("B")]
    public async Task Node_is_called_by_its_host_or_its_name(string? node)
    {
        await using var server = await PeerServer.StartAsync(_authority.Tls("b").Secure);

        Assert.Equal("CN=a", await AskAsync(server, node));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Node_is_known_by_its_name_at_an_address_that_is_not_in_its_certificate()
    {
        await using var server = await StrangerAsync(_authority.Issue("b", ["10.9.9.9"]));

        Assert.Equal("nobody", await AskAsync(server, "b"));
    }

    [Fact]
    public async Task Another_node_at_the_right_address_is_refused_where_the_name_is_known()
    {
        await using var server = await PeerServer.StartAsync(_authority.Tls("c").Secure);

        await AssertRefusedAsync(server, "b", "is for c, 127.0.0.1, not for b");
    }

    [Fact]
    public async Task Host_that_is_not_in_the_certificate_is_refused()
    {
        await using var server = await StrangerAsync(_authority.Issue("b", ["10.9.9.9"]));

        await AssertRefusedAsync(server, null, "is for b, 10.9.9.9, not for 127.0.0.1");
    }

    [Fact]
    public async Task Certificate_of_another_authority_is_refused()
    {
        using var foreign = new TestAuthority();
        await using var server = await StrangerAsync(foreign.Issue("b", [TestAuthority.Loopback]));

        await AssertRefusedAsync(server, "b", "was not issued by the cluster's authority");
    }

    [Fact]
    public async Task Self_signed_certificate_of_the_same_name_is_refused()
    {
        await using var server = await StrangerAsync(TestAuthority.SelfSigned("b"));

        await AssertRefusedAsync(server, "b", "was not issued by the cluster's authority");
    }

    [Fact]
    public async Task Expired_certificate_is_refused()
    {
        await using var server = await StrangerAsync(_authority.Issue("b", [TestAuthority.Loopback], TimeSpan.FromDays(2), TimeSpan.FromHours(-1)));

        await AssertRefusedAsync(server, "b", "expired on");
    }

    [Fact]
    public async Task Certificate_for_clients_only_is_refused()
    {
        await using var server = await PeerServer.StartAsync(Secured(_authority.IssueOdd(request =>
        {
            TestAuthority.AddUsages(request, CertificateUsage.Client);
            TestAuthority.AddNames(request, "b");
        })));

        await AssertRefusedAsync(server, "b", "is not for a TLS server");
    }

    [Fact]
    public void Handler_goes_nowhere_else()
    {
        using var handler = _caller.CreateHandler("b");

        Assert.False(handler.AllowAutoRedirect);
        Assert.False(handler.UseCookies);
        Assert.False(handler.UseProxy);
    }

    private static Task<PeerServer> StrangerAsync(X509Certificate2 certificate) => PeerServer.StartAsync(Secured(certificate));

    // Kestrel itself refuses to present a certificate that is for clients only.
    private static Action<ListenOptions> Secured(X509Certificate2 certificate) => listener => listener.UseHttps(
        new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true) }),
        });

    private async Task AssertRefusedAsync(PeerServer server, string? node, string reason)
    {
        await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(server, node));

        Assert.Equal(0, server.Requests);
        Assert.Contains($"its certificate {reason}", Assert.Single(_log.Lines));
    }

    private async Task<string> AskAsync(PeerServer server, string? node)
    {
        using var http = new HttpClient(_caller.CreateHandler(node)) { Timeout = Limit };
        return await http.GetStringAsync(server.Url);
    }
}
