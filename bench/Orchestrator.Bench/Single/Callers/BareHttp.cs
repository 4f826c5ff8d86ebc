using System.Net.Sockets;
using System.Text;

namespace Orchestrator.Bench.Single.Callers;

/// <summary>
/// The cheapest way to an HTTP server: a blocking socket, requests that are ready, answers that are searched and not parsed. So what is measured is the
/// server, and not the client beside it. It understands only answers in chunks, which those of the API are.
/// </summary>
public sealed class BareHttp : IDisposable
{
    private const int LongestAnswer = 1 << 16;
    private const int PatienceMilliseconds = 60_000;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = PatienceMilliseconds, SendTimeout = PatienceMilliseconds };
    private readonly byte[] _answer = new byte[LongestAnswer];

    /// <summary>Connects to the Unix socket of a server.</summary>
    /// <exception cref="BenchException">Nobody listens.</exception>
    public BareHttp(string socket)
    {
        try
        {
            _socket.Connect(new UnixDomainSocketEndPoint(socket));
        }
        catch (SocketException failure)
        {
            _socket.Dispose();
            throw new BenchException($"{socket}: {failure.Message}");
        }
    }

    /// <summary>A request as <see cref="Time"/> takes it.</summary>
    public static byte[] Post(string path, string accept, string body) => Encoding.UTF8.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: orchestrator\r\nAccept: {accept}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    /// <summary>Sends <paramref name="request"/> and returns the time to the end of the answer, ms. <paramref name="expected"/> must be in it.</summary>
    /// <exception cref="BenchException">The answer is not 200, is another, or does not come.</exception>
    public double Time(byte[] request, ReadOnlySpan<byte> expected)
    {
        var started = TimeProvider.System.GetTimestamp();
        try
        {
            _socket.Send(request);
            var answer = Read();
            var elapsed = TimeProvider.System.GetElapsedTime(started);
            return answer.StartsWith("HTTP/1.1 200 "u8) && answer.IndexOf(expected) >= 0 ? elapsed.TotalMilliseconds : throw Wrong(answer);
        }
        catch (SocketException failure)
        {
            throw new BenchException($"the orchestrator did not answer: {failure.Message}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private ReadOnlySpan<byte> Read()
    {
        var (used, chunked) = (0, false);
        while (used < _answer.Length)
        {
            var got = _socket.Receive(_answer.AsSpan(used));
            if (got == 0)
                throw new BenchException("the orchestrator closed the connection");
            used += got;
            var read = _answer.AsSpan(0, used);
            if (!chunked && read.IndexOf("\r\n\r\n"u8) is >= 0 and var head && !(chunked = read[..head].IndexOf("Transfer-Encoding: chunked"u8) >= 0))
                throw Wrong(read);
            if (chunked && read.EndsWith("\r\n0\r\n\r\n"u8))
                return read;
        }
        throw new BenchException($"the orchestrator's answer is longer than {LongestAnswer} bytes");
    }

    private static BenchException Wrong(ReadOnlySpan<byte> answer) => new($"the orchestrator answered: {Encoding.UTF8.GetString(answer).TrimEnd()}");
}
