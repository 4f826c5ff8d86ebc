using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Orchestrator.Protocol.Transport.Loop;

/// <summary>System calls upon a descriptor; none waits.</summary>
internal static class NativeSocket
{
    private const int DontWait = 0x40;
    private const int NoSignal = 0x4000;
    private const int DuplicateCloseOnExec = 1030;
    private const int TryAgain = 11;
    private const int Interrupted = 4;
    private const int ConnectionReset = 104;

    // ioctl_list(2), SIOCOUTQ; unix(7) has it since Linux 3.x, and counts a message until all of it is read.
    private const nuint OutputQueue = 0x5411;

    /// <summary>A descriptor of the same connection, which outlives the socket's.</summary>
    public static int Duplicate(Socket socket)
    {
        var duplicate = fcntl((int)socket.Handle, DuplicateCloseOnExec, 0);
        return duplicate >= 0 ? duplicate : throw Failure();
    }

    /// <returns>Bytes received; 0 at the connection's end, -1 if there is nothing yet.</returns>
    /// <exception cref="IOException">The connection is lost.</exception>
    public static int Receive(int descriptor, Span<byte> buffer)
    {
        while (true)
        {
            var count = recv(descriptor, ref MemoryMarshal.GetReference(buffer), buffer.Length, DontWait);
            if (count >= 0)
                return (int)count;
            var error = Marshal.GetLastPInvokeError();
            if (error == TryAgain)
                return -1;
            if (error != Interrupted)
                throw Failure(error);
        }
    }

    /// <returns>Bytes that the kernel has taken.</returns>
    /// <exception cref="IOException">The connection is lost.</exception>
    public static int Send(int descriptor, ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            var count = send(descriptor, ref MemoryMarshal.GetReference(bytes), bytes.Length, DontWait | NoSignal);
            if (count >= 0)
                return (int)count;
            var error = Marshal.GetLastPInvokeError();
            if (error == TryAgain)
                return 0;
            if (error != Interrupted)
                throw Failure(error);
        }
    }

    /// <summary>Bytes that the peer, on this machine, has not read; 0 where that cannot be told.</summary>
    public static int Unread(int descriptor) => ioctl(descriptor, OutputQueue, out var bytes) == 0 ? bytes : 0;

    public static void Close(int descriptor) => _ = close(descriptor);

    private static IOException Failure() => Failure(Marshal.GetLastPInvokeError());

    private static IOException Failure(int error) =>
        new(Marshal.GetPInvokeErrorMessage(error), error == ConnectionReset ? new SocketException((int)SocketError.ConnectionReset) : null);

    [DllImport("libc", SetLastError = true)]
    private static extern nint recv(int descriptor, ref byte buffer, nint length, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern nint send(int descriptor, ref byte buffer, nint length, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fcntl(int descriptor, int command, int argument);

    [DllImport("libc")]
    private static extern int ioctl(int descriptor, nuint request, out int value);

    [DllImport("libc")]
    private static extern int close(int descriptor);
}
