using System.Globalization;
using System.Security.Authentication;
using System.Text.Json;
using System.Text.RegularExpressions;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qmp;
using Orchestrator.Protocol.Transport;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.Protocol.Tests.Transport;

/// <summary>A monitor of QEMU's own behind its <c>tls-creds-x509</c>, which asks clients for a certificate: as a remote VmHost has it.</summary>
public sealed partial class RealTlsMonitorTests : IAsyncLifetime
{
    private const string ServerName = "vmhost7.example.net";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TestCertificates _certificates = new();
    private readonly TestCertificates _others = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orc-");
    private RealStorageDaemon _daemon = null!;
    private int _port;

    public async Task InitializeAsync()
    {
        _daemon = await RealStorageDaemon.StartAsync(
            Path.Combine(_directory.FullName, "m.sock"),
            "--object", $"tls-creds-x509,id=tls0,endpoint=server,dir={_certificates.ServerDirectory(ServerName)},verify-peer=on",
            "--chardev", "socket,host=127.0.0.1,port=0,server=on,wait=off,id=t,tls-creds=tls0",
            "--monitor", "chardev=t,id=t");
        await using var local = await QmpSession.ConnectAsync(new Endpoint.Unix(_daemon.SocketPath), new QmpSessionOptions(), Silent.Instance, TimeProvider.System, CancellationToken.None);
        var told = Assert.IsType<CommandResult.Returned>(await local.ExecuteAsync(EncodedCommand.ForQmp("query-chardev"), Limit));
        var port = PortOfListener().Match(System.Text.Encoding.UTF8.GetString(told.Value.Span));
        Assert.True(port.Success, System.Text.Encoding.UTF8.GetString(told.Value.Span));
        _port = int.Parse(port.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
    }

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        _certificates.Dispose();
        _others.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Client_with_a_certificate_commands_the_server_whose_name_was_asked_for()
    {
        await using var session = await ConnectAsync(Options(_certificates));

        Assert.IsType<CommandResult.Returned>(await session.ExecuteAsync(EncodedCommand.ForQmp("query-version"), Limit));
    }

    [Fact]
    public async Task Long_command_is_read_whole()
    {
        await using var session = await ConnectAsync(Options(_certificates));
        var arguments = JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["id"] = new('x', 10_000) });

        var refused = Assert.IsType<CommandResult.Refused>(await session.ExecuteAsync(EncodedCommand.ForQmp("object-del", arguments), Limit));

        Assert.StartsWith("object 'xxx", refused.Error.Description, StringComparison.Ordinal);
        Assert.IsType<CommandResult.Returned>(await session.ExecuteAsync(EncodedCommand.ForQmp("query-version"), Limit));
    }

    [Fact]
    public async Task Server_of_another_name_is_refused() =>
        await Assert.ThrowsAsync<AuthenticationException>(() => ConnectAsync(Options(_certificates) with { ServerName = "vmhost8.example.net" }));

    [Fact]
    public async Task Client_without_a_certificate_or_with_one_of_another_authority_gets_no_greeting()
    {
        await Assert.ThrowsAnyAsync<Exception>(() => ConnectAsync(new TlsClientOptions { AuthorityFile = _certificates.AuthorityFile, ServerName = ServerName }));
        await Assert.ThrowsAnyAsync<Exception>(() => ConnectAsync(Options(_others) with { AuthorityFile = _certificates.AuthorityFile }));

        await using var session = await ConnectAsync(Options(_certificates));
        Assert.NotNull(session.Greeting);
    }

    [Fact]
    public async Task Next_client_is_greeted_when_the_one_before_has_been_cut_by_its_fence()
    {
        var fence = new ConnectionFence(static () => true);
        var first = await QmpSession.AttachAsync(await fence.ConnectAsync(Server(Options(_certificates)), CancellationToken.None), new QmpSessionOptions(), Silent.Instance, TimeProvider.System, CancellationToken.None);
        var next = ConnectAsync(Options(_certificates), TimeSpan.FromMinutes(1));
        // While it serves one client, QEMU does not even shake hands with the next: its answer to the first comes first.
        Assert.IsType<CommandResult.Returned>(await first.ExecuteAsync(EncodedCommand.ForQmp("query-version"), Limit));
        Assert.False(next.IsCompleted);

        fence.Close();

        await using var session = await next.WaitAsync(Limit, TimeProvider.System);
        Assert.IsType<CommandResult.NoReply>(await first.ExecuteAsync(EncodedCommand.ForQmp("query-version"), Limit));
        Assert.IsType<CommandResult.Returned>(await session.ExecuteAsync(EncodedCommand.ForQmp("query-version"), Limit));
        await first.DisposeAsync();
    }

    private static TlsClientOptions Options(TestCertificates certificates)
    {
        var (certificate, key) = certificates.Client(inOneFile: false);
        return new TlsClientOptions { AuthorityFile = certificates.AuthorityFile, CertificateFile = certificate, KeyFile = key, ServerName = ServerName, MaxRecord = TlsClientOptions.MonitorRecord };
    }

    private Endpoint.Tls Server(TlsClientOptions options) => new("127.0.0.1", _port, options);

    private async Task<QmpSession> ConnectAsync(TlsClientOptions options, TimeSpan? greeting = null)
    {
        using var deadline = new CancellationTokenSource(Limit, TimeProvider.System);
        return await QmpSession.ConnectAsync(Server(options), new QmpSessionOptions { GreetingTimeout = greeting ?? Limit }, Silent.Instance, TimeProvider.System, deadline.Token);
    }

    [GeneratedRegex("(?:tls|tcp):127\\.0\\.0\\.1:([0-9]+)")]
    private static partial Regex PortOfListener();

    private sealed class Silent : IQmpSessionObserver
    {
        public static readonly Silent Instance = new();

        public void OnEvent(QmpEvent qmpEvent)
        {
        }

        public void OnClosed(string cause)
        {
        }
    }
}
