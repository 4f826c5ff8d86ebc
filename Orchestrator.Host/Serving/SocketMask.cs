using System.Runtime.InteropServices;

namespace Orchestrator.Host.Serving;

/// <summary>While it lives, new files and sockets of this process are for its user only (mode 0600): there is no moment in which others may open the API's socket.</summary>
internal sealed class SocketMask : IDisposable
{
    private const uint OwnerReadWriteOnly = 0b001_111_111;
    private readonly uint _before = SetMask(OwnerReadWriteOnly);

    public void Dispose() => _ = SetMask(_before);

    [DllImport("libc", EntryPoint = "umask")]
    private static extern uint SetMask(uint mask);
}
