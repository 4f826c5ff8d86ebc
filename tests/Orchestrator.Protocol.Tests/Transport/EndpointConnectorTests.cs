using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Orchestrator.Protocol.Transport;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Protocol.Tests.Transport;

public sealed class EndpointConnectorTests : IDisposable
{
    private const string ServerName = "vm-host.example";

    private readonly TestCertificates _certificates = new();
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(30), TimeProvider.System);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public EndpointConnectorTests() => _listener.Start();

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    [Fact]
    public async Task Unix_socket_connects_in_both_directions()
    {
        var path = Path.Combine(Path.GetTempPath(), $"orc-{Guid.NewGuid():N}.sock");
        await using var listener = FakeListener.Start(path, EchoAsync);

        await using var stream = await EndpointConnector.ConnectAsync(new Endpoint.Unix(path), _limit.Token);

        await AssertEchoesAsync(stream);
    }

    [Fact]
    public async Task Tcp_connects_in_both_directions()
    {
        var server = AcceptAsync(EchoAsync);

        await using (var stream = await EndpointConnector.ConnectAsync(Endpoint.Parse($"tcp:127.0.0.1:{Port}"), _limit.Token))
            await AssertEchoesAsync(stream);

        await server;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tls_connects_with_a_client_certificate_to_a_server_that_demands_one(bool inOneFile)
    {
        var (certificate, key) = _certificates.Client(inOneFile);
        var server = AcceptTlsAsync(ServerName, demandsCertificate: true);

        await using (var stream = await ConnectTlsAsync(new TlsClientOptions
        {
            AuthorityFile = _certificates.AuthorityFile,
            CertificateFile = certificate,
            KeyFile = key,
            ServerName = ServerName,
        }))
            await AssertEchoesAsync(stream);

        await server;
    }

    [Fact]
    public async Task Tls_without_a_client_certificate_is_cut_by_a_server_that_demands_one()
    {
        var server = AcceptTlsAsync(ServerName, demandsCertificate: true);

        // TLS 1.3 tells the client only after its own handshake has ended: the first read fails, or the connection itself.
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var stream = await ConnectTlsAsync(new TlsClientOptions { AuthorityFile = _certificates.AuthorityFile, ServerName = ServerName });
            await AssertEchoesAsync(stream);
        });

        await Assert.ThrowsAsync<AuthenticationException>(() => server);
    }

    [Fact]
    public async Task Tls_to_a_server_with_another_name_is_refused()
    {
        var server = AcceptTlsAsync("other.example", demandsCertificate: false);

        await Assert.ThrowsAsync<AuthenticationException>(
            () => ConnectTlsAsync(new TlsClientOptions { AuthorityFile = _certificates.AuthorityFile, ServerName = ServerName }));

        await Assert.ThrowsAnyAsync<Exception>(() => server);
    }

    [Fact]
    public async Task Tls_holds_the_certificate_against_the_host_when_no_name_is_given()
    {
        var server = AcceptTlsAsync("localhost", demandsCertificate: false);

        await using (var stream = await EndpointConnector.ConnectAsync(
            Endpoint.Parse($"tls:localhost:{Port}", new TlsClientOptions { AuthorityFile = _certificates.AuthorityFile }), _limit.Token))
            await AssertEchoesAsync(stream);

        await server;
    }

    [Fact]
    public async Task Tls_to_a_server_of_another_authority_is_refused()
    {
        using var others = new TestCertificates();
        var server = AcceptTlsAsync(ServerName, demandsCertificate: false);

        await Assert.ThrowsAsync<AuthenticationException>(
            () => ConnectTlsAsync(new TlsClientOptions { AuthorityFile = others.AuthorityFile, ServerName = ServerName }));

        await Assert.ThrowsAnyAsync<Exception>(() => server);
    }

    [Fact]
    public async Task Tls_trusts_only_the_systems_authorities_when_none_is_given()
    {
        var server = AcceptTlsAsync(ServerName, demandsCertificate: false);

        await Assert.ThrowsAsync<AuthenticationException>(() => ConnectTlsAsync(new TlsClientOptions { ServerName = ServerName }));

        await Assert.ThrowsAnyAsync<Exception>(() => server);
    }

    [Fact]
    public async Task Nobody_listening_is_a_socket_error()
    {
        var port = Port;
        _listener.Stop();

        await Assert.ThrowsAsync<SocketException>(() => EndpointConnector.ConnectAsync(new Endpoint.Tcp("127.0.0.1", port), _limit.Token));
        await Assert.ThrowsAsync<SocketException>(() => EndpointConnector.ConnectAsync(new Endpoint.Unix("/nonexistent/qmp.sock"), _limit.Token));
    }

    [Fact]
    public async Task Tls_to_a_server_that_says_nothing_ends_with_the_callers_patience()
    {
        using var patience = new CancellationTokenSource();
        var server = AcceptAsync(async stream =>
        {
            await stream.ReadExactlyAsync(new byte[1], _limit.Token);
            await patience.CancelAsync();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => EndpointConnector.ConnectAsync(new Endpoint.Tls("127.0.0.1", Port, new TlsClientOptions()), patience.Token));

        await server;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _certificates.Dispose();
        _limit.Dispose();
    }

    private Task<Stream> ConnectTlsAsync(TlsClientOptions options) => EndpointConnector.ConnectAsync(new Endpoint.Tls("127.0.0.1", Port, options), _limit.Token);

    private async Task AcceptAsync(Func<Stream, Task> script)
    {
        using var client = await _listener.AcceptTcpClientAsync(_limit.Token);
        await script(client.GetStream());
    }

    private Task AcceptTlsAsync(string name, bool demandsCertificate) => AcceptAsync(async stream =>
    {
        using var certificate = _certificates.Server(name);
        await using var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = certificate,
                ClientCertificateRequired = demandsCertificate,
                RemoteCertificateValidationCallback = (_, presented, _, _) => !demandsCertificate || _certificates.HasSigned(presented),
            },
            _limit.Token);
        await EchoAsync(tls);
    });

    private static async Task EchoAsync(Stream stream)
    {
        var line = new byte[5];
        await stream.ReadExactlyAsync(line);
        await stream.WriteAsync(line);
    }

    private async Task AssertEchoesAsync(Stream stream)
    {
        await stream.WriteAsync("hello"u8.ToArray(), _limit.Token);
        var answer = new byte[5];
        await stream.ReadExactlyAsync(answer, _limit.Token);
        Assert.Equal("hello", Encoding.ASCII.GetString(answer));
    }
}
