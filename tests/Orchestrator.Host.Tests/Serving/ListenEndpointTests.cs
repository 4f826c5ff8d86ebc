using System.Net.Sockets;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Serving;

public sealed class ListenEndpointTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orc-");

    private string SocketPath => Path.Combine(_directory.FullName, "s");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("unix:/run/o.sock", "unix:/run/o.sock")]
    [InlineData("/run/../run/o.sock", "unix:/run/o.sock")]
    [InlineData("127.0.0.1:8421", "http://127.0.0.1:8421")]
    [InlineData("127.1.2.3:8421", "http://127.1.2.3:8421")]
    [InlineData("[::1]:8421", "http://[::1]:8421")]
    [InlineData("http://127.0.0.1:8421/", "http://127.0.0.1:8421")]
    [InlineData("http://localhost:8421", "http://127.0.0.1:8421")]
    [InlineData("localhost:8421", "http://127.0.0.1:8421")]
    public void Endpoint_is_read(string text, string expected) => Assert.Equal(expected, ListenEndpoint.Parse(text).ToString());

    [Theory]
    [InlineData("./o.sock")]
    [InlineData("unix:o.sock")]
    public void Relative_path_is_made_absolute(string text) => Assert.Equal($"unix:{Environment.CurrentDirectory}/o.sock", ListenEndpoint.Parse(text).ToString());

    [Theory]
    [InlineData("0.0.0.0:8421", "only loopback addresses")]
    [InlineData("[::]:8421", "only loopback addresses")]
    [InlineData("192.0.2.1:8421", "only loopback addresses")]
    [InlineData("http://192.0.2.1:8421", "only loopback addresses")]
    [InlineData("127.0.0.1", "unix:PATH or ADDR:PORT")]
    [InlineData("8421", "unix:PATH or ADDR:PORT")]
    [InlineData("example.org:8421", "unix:PATH or ADDR:PORT")]
    [InlineData("https://127.0.0.1:8421", "unix:PATH or ADDR:PORT")]
    [InlineData("127.0.0.1:http", "unix:PATH or ADDR:PORT")]
    [InlineData("", "unix:PATH or ADDR:PORT")]
    [InlineData("unix:", "unix:PATH or ADDR:PORT")]
    public void Endpoint_that_is_not_local_or_none_is_refused(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<ServeException>(() => ListenEndpoint.Parse(text)).Message);

    [Fact]
    public async Task Socket_that_nobody_serves_is_removed()
    {
        using var stale = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        stale.Bind(new UnixDomainSocketEndPoint(SocketPath));
        Assert.True(File.Exists(SocketPath));

        await ListenEndpoint.Parse(SocketPath).PrepareAsync(CancellationToken.None);
        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public async Task Socket_that_is_served_is_left_alone()
    {
        using var served = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        served.Bind(new UnixDomainSocketEndPoint(SocketPath));
        served.Listen();

        await Assert.ThrowsAsync<ServeException>(() => ListenEndpoint.Parse(SocketPath).PrepareAsync(CancellationToken.None));
        Assert.True(File.Exists(SocketPath));
    }

    [Fact]
    public async Task Socket_whose_queue_is_full_is_left_alone()
    {
        using var busy = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        busy.Bind(new UnixDomainSocketEndPoint(SocketPath));
        busy.Listen(0);
        using var first = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await first.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));

        await Assert.ThrowsAsync<ServeException>(() => ListenEndpoint.Parse(SocketPath).PrepareAsync(CancellationToken.None));
        Assert.True(File.Exists(SocketPath));
    }

    [Fact]
    public async Task File_that_is_no_socket_is_never_removed()
    {
        await File.WriteAllTextAsync(SocketPath, "precious");

        var refused = await Assert.ThrowsAsync<ServeException>(() => ListenEndpoint.Parse(SocketPath).PrepareAsync(CancellationToken.None));
        Assert.Contains("is not a socket", refused.Message);
        Assert.Equal("precious", await File.ReadAllTextAsync(SocketPath));
    }

    [Fact]
    public async Task Directory_is_made_for_its_user_only()
    {
        var path = Path.Combine(_directory.FullName, "a", "b", "s");
        await ListenEndpoint.Parse(path).PrepareAsync(CancellationToken.None);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public async Task Directory_that_somebody_chose_may_be_open_to_others()
    {
        _directory.UnixFileMode |= UnixFileMode.GroupExecute | UnixFileMode.GroupRead;
        await ListenEndpoint.Parse(SocketPath).PrepareAsync(CancellationToken.None);
    }
}
