using System.Net.Sockets;
using Orchestrator.Host.Clustering;
using Orchestrator.TestKit;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>What is on its way from another node to a QEMU.</summary>
public sealed class LentChannelTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string _directory = Directory.CreateTempSubdirectory("orc-").FullName;
    private readonly MemoryConnection _other = new();
    private readonly CancellationTokenSource _end = new();
    private Socket _qemu = null!;
    private LentChannel _channel = null!;
    private Task _passing = null!;

    public async Task InitializeAsync()
    {
        var path = new UnixDomainSocketEndPoint(Path.Combine(_directory, "s"));
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(path);
        listener.Listen();
        var own = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await own.ConnectAsync(path);
        _qemu = await listener.AcceptAsync();
        _channel = new LentChannel(new NetworkStream(own, ownsSocket: true));
        _passing = _channel.PassOnAsync(_other.Peer, _end.Token);
    }

    public async Task DisposeAsync()
    {
        await _end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _passing);
        _qemu.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task What_QEMU_has_read_is_not_unread()
    {
        await WriteAsync("abc");
        await ReadAsync(3);
        Assert.False(await HasUnreadAsync(3));
    }

    [Fact]
    public async Task What_lies_in_the_socket_is_unread()
    {
        await WriteAsync("abcdef");
        await ReadAsync(3);
        Assert.True(await HasUnreadAsync(6));
    }

    [Fact]
    public async Task What_has_not_come_here_is_unread()
    {
        await WriteAsync("abc");
        await ReadAsync(3);
        Assert.True(await HasUnreadAsync(4));
    }

    /// <summary>QEMU may have read all of it before the write is over.</summary>
    [Fact]
    public async Task What_is_being_written_is_waited_for()
    {
        var (other, qemu) = (new MemoryConnection(), new MemoryConnection());
        qemu.StopReading();
        var channel = new LentChannel(qemu.Client);
        var passing = channel.PassOnAsync(other.Peer, _end.Token);
        await other.Client.WriteAsync("abc"u8.ToArray());
        await Eventually.TrueAsync(() => channel.HasUnreadAsync(3, CancellationToken.None) is { IsCompleted: false }, Limit, "it is being written");
        var asked = channel.HasUnreadAsync(3, CancellationToken.None);
        Assert.False(asked.IsCompleted);

        qemu.ResumeReading();

        Assert.False(await asked.WaitAsync(Limit, TimeProvider.System));
        await _end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => passing);
    }

    private Task<bool> HasUnreadAsync(long written) => _channel.HasUnreadAsync(written, CancellationToken.None).WaitAsync(Limit, TimeProvider.System);

    private Task WriteAsync(string text) => _other.Client.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text)).AsTask();

    private async Task ReadAsync(int count)
    {
        var buffer = new byte[count];
        await using var stream = new NetworkStream(_qemu, ownsSocket: false);
        await stream.ReadExactlyAsync(buffer).AsTask().WaitAsync(Limit, TimeProvider.System);
    }
}
