using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Host.Clustering.Tls;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>Files of a node that change while it runs.</summary>
public sealed class RotationTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly TestAuthority _authority = new();
    private readonly FakeTimeProvider _time = new(TestAuthority.Now);
    private readonly CollectedLog _log = new();
    private ClusterTls _tls = null!;
    private PeerServer _server = null!;

    public async Task InitializeAsync()
    {
        _tls = _authority.Tls("b", _time, _log);
        _server = await PeerServer.StartAsync(_tls.Secure);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task New_certificate_is_presented_by_listener_and_client_after_a_second()
    {
        var before = await PresentedAsync();
        var next = _authority.Issue("b", [TestAuthority.Loopback, "other.example.net"]);
        _authority.Put("b", next);

        Assert.Equal(before, await PresentedAsync());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(next.Thumbprint, await PresentedAsync());

        await using var other = await PeerServer.StartAsync(_authority.Tls("a").Secure);
        using var http = new HttpClient(_tls.CreateHandler("a")) { Timeout = Limit };
        _authority.Put("b", _authority.Issue("b", [TestAuthority.Loopback]));
        Assert.Equal("CN=b", await http.GetStringAsync(other.Url));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Certificate_without_its_key_yet_is_not_taken_and_told_once()
    {
        var before = await PresentedAsync();
        var next = _authority.Issue("b", [TestAuthority.Loopback]);
        await File.WriteAllTextAsync(_authority.Path("b.crt"), next.ExportCertificatePem());

        for (var look = 0; look < 3; look++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(before, await PresentedAsync());
        }
        Assert.Contains("New files of cluster.tls are not taken, the old ones stay in use: the key ", Assert.Single(_log.Lines));

        TestAuthority.PutKey(_authority.Path("b.key"), next);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(next.Thumbprint, await PresentedAsync());
    }

    [Fact]
    public async Task Certificate_that_others_would_refuse_is_not_taken()
    {
        var before = await PresentedAsync();
        _authority.Put("b", _authority.Issue("b", ["10.9.9.9"]));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(before, await PresentedAsync());
        Assert.Contains("is for b, 10.9.9.9, not for 127.0.0.1", Assert.Single(_log.Lines));
    }

    [Fact]
    public async Task File_that_is_gone_changes_nothing()
    {
        var before = await PresentedAsync();
        File.Delete(_authority.File);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(before, await PresentedAsync());
        Assert.Contains("is not there", Assert.Single(_log.Lines));
    }

    [Fact]
    public async Task Authority_is_replaced_by_way_of_both()
    {
        using var replaced = new TestAuthority("Next authority");
        var (former, next) = (_authority.Issue("a", []), replaced.Issue("a", []));
        Assert.Equal("CN=a", await AskAsync(former));
        await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(next));

        await PutAuthoritiesAsync(_authority, replaced);
        Assert.Equal("CN=a", await AskAsync(former));
        Assert.Equal("CN=a", await AskAsync(next));

        _authority.Put("b", replaced.Issue("b", [TestAuthority.Loopback]));
        await PutAuthoritiesAsync(replaced);
        await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(former));
        Assert.Equal("CN=a", await AskAsync(next));
    }

    [Fact]
    public async Task Peer_whose_certificate_expires_is_refused_from_then_on()
    {
        var peer = _authority.Issue("a", [], left: TimeSpan.FromHours(1));
        Assert.Equal("CN=a", await AskAsync(peer));

        _time.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(peer));
        Assert.Contains("its certificate expired on", Assert.Single(_log.Lines));
    }

    private async Task PutAuthoritiesAsync(params TestAuthority[] authorities)
    {
        await File.WriteAllTextAsync(_authority.File, string.Concat(authorities.Select(authority => authority.Certificate.ExportCertificatePem() + "\n")));
        _time.Advance(TimeSpan.FromSeconds(1));
    }

    /// <summary>Thumbprint of what the listener presents to a new connection.</summary>
    private async Task<string> PresentedAsync()
    {
        var presented = "";
        await AskAsync(_authority.Issue("a", []), certificate => presented = certificate.Thumbprint);
        return presented;
    }

    private async Task<string> AskAsync(X509Certificate2 caller, Action<X509Certificate2>? look = null)
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                LocalCertificateSelectionCallback = (_, _, _, _, _) => caller,
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    look?.Invoke((X509Certificate2)certificate!);
                    return true;
                },
            },
        })
        { Timeout = Limit };
        return await http.GetStringAsync(_server.Url);
    }
}
