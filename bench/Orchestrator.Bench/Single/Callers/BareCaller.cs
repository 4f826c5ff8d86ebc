using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;
using System.Text.Unicode;

namespace Orchestrator.Bench.Single.Callers;

/// <summary>
/// The cheapest way: a blocking socket to the agent itself, no parser, no allocation. What another way takes above this is its own price.
/// A program is followed as all clients of the benchmarks do it: asked for at once, then in pauses that double from 1 ms.
/// </summary>
public sealed class BareCaller : ICaller
{
    private const int LongestReply = 1 << 16;
    private const int LongestRequest = 512;
    private const int PatienceMilliseconds = 30_000;
    private const int LongestPauseMilliseconds = 1000;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = PatienceMilliseconds, SendTimeout = PatienceMilliseconds };
    private readonly byte[] _reply = new byte[LongestReply];
    private readonly byte[] _request = new byte[LongestRequest];
    private long _id = (long)Environment.ProcessId << 32;

    private BareCaller()
    {
    }

    /// <summary>Connects to the agent at <paramref name="socket"/> and synchronizes it.</summary>
    /// <exception cref="BenchException">It does not answer, or wrongly.</exception>
    public static BareCaller Connect(string socket)
    {
        var caller = new BareCaller();
        try
        {
            caller._socket.Connect(new UnixDomainSocketEndPoint(socket));
            caller.Synchronize();
            return caller;
        }
        catch (Exception failure)
        {
            caller._socket.Dispose();
            throw failure is SocketException ? new BenchException($"{socket}: {failure.Message}") : failure;
        }
    }

    /// <inheritdoc/>
    public Task<double> PingAsync(CancellationToken cancel) => TimeAsync(Ping, cancel);

    /// <inheritdoc/>
    public Task<double> RunTrueAsync(CancellationToken cancel) => TimeAsync(RunTrue, cancel);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    // A call takes less than a switch to another thread would: the caller's thread waits in it.
    private static Task<double> TimeAsync(Action call, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var started = TimeProvider.System.GetTimestamp();
        try
        {
            call();
        }
        catch (SocketException failure)
        {
            throw new BenchException($"the agent did not answer: {failure.Message}");
        }
        return Task.FromResult(TimeProvider.System.GetElapsedTime(started).TotalMilliseconds);
    }

    private void Ping()
    {
        Utf8.TryWrite(_request, $"{{\"execute\":\"guest-ping\",\"id\":{++_id}}}\n", out var length);
        Ask(length);
    }

    private void RunTrue()
    {
        Utf8.TryWrite(_request, $"{{\"execute\":\"guest-exec\",\"arguments\":{{\"path\":\"true\",\"capture-output\":true}},\"id\":{++_id}}}\n", out var length);
        var pid = NumberAfter(Ask(length), "\"pid\": "u8);
        for (var pause = 0; ; pause = Math.Clamp(pause * 2, 1, LongestPauseMilliseconds))
        {
            if (pause > 0)
                Thread.Sleep(pause);
            Utf8.TryWrite(_request, $"{{\"execute\":\"guest-exec-status\",\"arguments\":{{\"pid\":{pid}}},\"id\":{++_id}}}\n", out length);
            var status = Ask(length);
            if (status.IndexOf("\"exited\": true"u8) < 0)
                continue;
            if (NumberAfter(status, "\"exitcode\": "u8) != 0)
                throw Wrong(status);
            return;
        }
    }

    private ReadOnlySpan<byte> Ask(int length)
    {
        _socket.Send(_request.AsSpan(0, length));
        var reply = ReadLine();
        return NumberAfter(reply, "\"id\": "u8) == _id && reply.IndexOf("\"return\""u8) >= 0 ? reply : throw Wrong(reply);
    }

    // The 0xFF before the request clears the agent's parser and is an error to it, so an error may come first; a 0xFF precedes the answer.
    private void Synchronize()
    {
        _request[0] = 0xFF;
        Utf8.TryWrite(_request.AsSpan(1), $"{{\"execute\":\"guest-sync-delimited\",\"arguments\":{{\"id\":{++_id}}}}}\n", out var length);
        _socket.Send(_request.AsSpan(0, length + 1));
        var answer = ReadLine(mark: 0xFF);
        if (NumberAfter(answer[answer.IndexOf((byte)0xFF)..], "\"return\": "u8) != _id)
            throw Wrong(answer);
    }

    private ReadOnlySpan<byte> ReadLine(byte mark = (byte)'\n')
    {
        var used = 0;
        while (used < _reply.Length)
        {
            var got = _socket.Receive(_reply.AsSpan(used));
            if (got == 0)
                throw new BenchException("the agent closed the connection");
            used += got;
            var read = _reply.AsSpan(0, used);
            if (read[^1] == (byte)'\n' && read.Contains(mark))
                return read;
        }
        throw new BenchException($"the agent's answer is longer than {LongestReply} bytes");
    }

    private static long NumberAfter(ReadOnlySpan<byte> line, ReadOnlySpan<byte> member)
    {
        var at = line.IndexOf(member);
        return at >= 0 && Utf8Parser.TryParse(line[(at + member.Length)..], out long number, out _) ? number : throw Wrong(line);
    }

    private static BenchException Wrong(ReadOnlySpan<byte> line) => new($"the agent answered wrongly: {Encoding.UTF8.GetString(line).TrimEnd()}");
}
