using System.Net.Sockets;
using System.Text;
using Orchestrator.Bench.Single.Callers;
using Orchestrator.Protocol.Transport;

namespace Orchestrator.Bench.Tests.Single.Callers;

public sealed class BareHttpTests : IDisposable
{
    private const string Head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly string _directory = Directory.CreateTempSubdirectory("ob-test-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public BareHttpTests()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(Address));
        _listener.Listen();
    }

    private string Address => Path.Combine(_directory, "api.sock");

    public void Dispose()
    {
        _listener.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void An_answer_in_chunks_may_come_in_any_pieces() =>
        Assert.InRange(Ask("HTTP/1.1 200 OK\r\nTransfer-Enc", "oding: chunked\r\n\r\n4\r\ngo", "od\r\n0\r\n\r", "\n"), 0, 60_000);

    [Theory]
    [InlineData(Head + "3\r\nbad\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngood\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood")]
    public void Another_answer_is_told(string answer) => Assert.Contains(answer.TrimEnd(), Assert.Throws<BenchException>(() => Ask(answer)).Message);

    [Fact]
    public void A_cut_answer_is_told() => Assert.Contains("closed", Assert.Throws<BenchException>(() => Ask(Head + "4\r\ngood")).Message);

    [Fact]
    public void Without_a_server_its_socket_is_named() =>
        Assert.StartsWith("/nobody/listens: ", Assert.Throws<BenchException>(() => new BareHttp("/nobody/listens")).Message);

    /// <summary>The next piece is sent when the one before has been read, unless the reader has left.</summary>
    private static void Answer(Socket server, IEnumerable<string> pieces)
    {
        using var stream = new NetworkStream(server, ownsSocket: false);
        foreach (var piece in pieces)
        {
            server.Send(Encoding.UTF8.GetBytes(piece));
            SpinWait.SpinUntil(() => !UnreadBytes.Any(stream), Limit);
        }
        server.Shutdown(SocketShutdown.Send);
    }

    private double Ask(params string[] pieces)
    {
        using var http = new BareHttp(Address);
        using var server = _listener.Accept();
        var answering = Task.Run(() => Answer(server, pieces));
        var elapsed = http.Time(BareHttp.Post("/v1/x", "application/json", "{}"), "good"u8);
        answering.Wait();
        return elapsed;
    }
}
