using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Host.Clustering.Certificates;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>Who gets into the peer listener: real handshakes on loopback, with callers that do not care whom they call.</summary>
public sealed class PeerListenerTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly TestAuthority _authority = new();
    private readonly CollectedLog _log = new();
    private PeerServer _server = null!;

    public async Task InitializeAsync() => _server = await PeerServer.StartAsync(_authority.Tls("b", log: _log).Secure);

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Node_of_the_cluster_gets_in()
    {
        Assert.Equal("CN=a", await AskAsync(_authority.Issue("a", [])));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Caller_without_a_certificate_is_refused() => await AssertRefusedAsync(null, "is missing");

    [Fact]
    public async Task Certificate_of_another_authority_is_refused()
    {
        using var foreign = new TestAuthority("Another authority");

        await AssertRefusedAsync(foreign.Issue("a", []), "was not issued by the cluster's authority");
    }

    [Fact]
    public async Task Certificate_of_an_authority_with_the_same_name_is_refused()
    {
        using var foreign = new TestAuthority();

        await AssertRefusedAsync(foreign.Issue("a", []), "was not issued by the cluster's authority");
    }

    [Fact]
    public async Task Self_signed_certificate_of_the_same_name_is_refused() => await AssertRefusedAsync(TestAuthority.SelfSigned("a"), "was not issued by the cluster's authority");

    [Fact]
    public async Task Expired_certificate_is_refused() => await AssertRefusedAsync(_authority.Issue("a", [], TimeSpan.FromDays(2), TimeSpan.FromHours(-1)), "expired on");

    [Fact]
    public async Task Certificate_for_servers_only_is_refused() => await AssertRefusedAsync(_authority.IssueOdd(request => TestAuthority.AddUsages(request, CertificateUsage.Server)), "is not for a TLS client");

    [Fact]
    public async Task Certificate_of_an_intermediate_authority_is_refused()
    {
        var intermediate = _authority.IssueOdd(request => request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true)));
        var issued = _authority.IssueOdd(request => TestAuthority.AddUsages(request, CertificateUsage.Client), intermediate);

        await AssertRefusedAsync(issued, "was not issued by the cluster's authority");
    }

    [Fact]
    public async Task Plain_HTTP_is_not_spoken()
    {
        using var http = new HttpClient { Timeout = Limit };

        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(new UriBuilder(_server.Url) { Scheme = "http" }.Uri));

        Assert.Equal(0, _server.Requests);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Version_that_is_current_is_spoken(SslProtocols version) => Assert.Equal("CN=a", await AskAsync(_authority.Issue("a", []), version));

    [Theory]
    [InlineData("-tls1")]
    [InlineData("-tls1_1")]
    public async Task Version_that_is_old_is_not_spoken(string version)
    {
        var files = _authority.Put("a", _authority.Issue("a", []));

        Assert.Contains("Protocol  : TLSv1.2", await OpenSsl.ConnectAsync(_server.Url, "-tls1_2", files));
        Assert.Contains("Cipher is (NONE)", await OpenSsl.ConnectAsync(_server.Url, version, files));
    }

    private async Task AssertRefusedAsync(X509Certificate2? certificate, string reason)
    {
        await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(certificate));

        Assert.Equal(0, _server.Requests);
        await Eventually.TrueAsync(() => _log.Lines.Length > 0, Limit, "the refusal is told");
        Assert.Contains($"its certificate {reason}", Assert.Single(_log.Lines));
        // The listener still serves those who may.
        Assert.Equal("CN=a", await AskAsync(_authority.Issue("a", [])));
    }

    [SuppressMessage("Security", "CA5359", Justification = "The caller is the attacker.")]
    private async Task<string> AskAsync(X509Certificate2? certificate, SslProtocols version = SslProtocols.None)
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = version,
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
                LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
            },
        })
        { Timeout = Limit };
        return await http.GetStringAsync(_server.Url);
    }
}
