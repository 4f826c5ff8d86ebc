using System.Net.Sockets;
using Orchestrator.Protocol.Transport.Loop;

namespace Orchestrator.Protocol.Transport;

/// <summary>What a peer on this machine has not read yet. Other transports do not tell: what a remote kernel has acknowledged may be unread as well.</summary>
internal static class UnreadBytes
{
    /// <summary>Whether something that was written is unread for certain; <see langword="false"/> also where that cannot be told.</summary>
    public static bool Any(Stream stream)
    {
        if (stream is LoopStream onLoop)
            return onLoop.Unread > 0;
        if (SocketOf(stream) is not { } socket)
            return false;
        var (handle, isHeld) = (socket.SafeHandle, false);
        try
        {
            handle.DangerousAddRef(ref isHeld);
            return NativeSocket.Unread((int)handle.DangerousGetHandle()) > 0;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            if (isHeld)
                handle.DangerousRelease();
        }
    }

    /// <summary>Whether the peer has ended the connection with something unread for certain: the kernel then says so to whoever reads on.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="end">What reading ended with.</param>
    public static bool AnyAt(Stream stream, Exception end) => (stream is LoopStream || SocketOf(stream) is not null) && end is IOException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionReset } };

    private static Socket? SocketOf(Stream stream) => OperatingSystem.IsLinux() && stream is NetworkStream { Socket: { AddressFamily: AddressFamily.Unix } socket } ? socket : null;
}
