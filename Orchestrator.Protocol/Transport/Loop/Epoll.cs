using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Orchestrator.Protocol.Transport.Loop;

/// <summary>What epoll_ctl(2) is asked for, and tells.</summary>
[Flags]
internal enum EpollEvents : uint
{
    None = 0,
    Readable = 0x001,
    Writable = 0x004,
    Error = 0x008,
    HungUp = 0x010,
    PeerHungUp = 0x2000,
    EdgeTriggered = 1u << 31,
}

/// <summary>Linux' epoll(7): which of tens of thousands of descriptors have something to do. Only <see cref="Wait"/> is for one thread.</summary>
internal sealed class Epoll : IDisposable
{
    /// <summary>The tag of <see cref="Wake"/>.</summary>
    public const nint Woken = -1;

    private const int Add = 1;
    private const int Remove = 2;
    private const int Modify = 3;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int Interrupted = 4;
    private const int MaxEvents = 256;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    private readonly byte[] _events = GC.AllocateArray<byte>(MaxEvents * EventBytes, pinned: true);
    private readonly int _epoll;
    private readonly int _wake;

    /// <exception cref="Win32Exception">This process has too many descriptors.</exception>
    public Epoll()
    {
        _epoll = Checked(epoll_create1(CloseOnExec), "epoll_create1");
        _wake = Checked(eventfd(0, CloseOnExec | NonBlocking), "eventfd");
        // By the edge, nobody has to empty it.
        Watch(_wake, Woken, EpollEvents.Readable | EpollEvents.EdgeTriggered);
    }

    /// <summary>Begins to watch a descriptor. Its end and its errors are always told.</summary>
    /// <param name="descriptor">Of the caller.</param>
    /// <param name="tag">What <see cref="At"/> tells it by.</param>
    /// <param name="wanted">What to be told of.</param>
    public void Watch(int descriptor, nint tag, EpollEvents wanted) => Control(Add, descriptor, tag, wanted);

    /// <summary>Asks for something else of a watched descriptor.</summary>
    public void Change(int descriptor, nint tag, EpollEvents wanted) => Control(Modify, descriptor, tag, wanted);

    /// <summary>Ends the watching; before the descriptor is closed.</summary>
    public void Forget(int descriptor) => Control(Remove, descriptor, 0, EpollEvents.None);

    /// <summary>Waits until something is ready, the time is over or <see cref="Wake"/> is called.</summary>
    /// <param name="milliseconds">-1 for any time.</param>
    /// <returns>How much is ready: <see cref="At"/> has it until the next call.</returns>
    public int Wait(int milliseconds)
    {
        var count = epoll_wait(_epoll, ref _events[0], MaxEvents, milliseconds);
        return count >= 0 || Marshal.GetLastPInvokeError() == Interrupted ? Math.Max(count, 0) : throw Failure("epoll_wait");
    }

    /// <summary>One of what the last <see cref="Wait"/> has found.</summary>
    public (nint Tag, EpollEvents Events) At(int index)
    {
        ref var at = ref _events[index * EventBytes];
        return (Unsafe.ReadUnaligned<nint>(ref Unsafe.Add(ref at, DataOffset)), Unsafe.ReadUnaligned<EpollEvents>(ref at));
    }

    /// <summary>Ends the <see cref="Wait"/> that is under way, or the next. Any thread.</summary>
    public void Wake() => _ = write(_wake, 1, sizeof(long));

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = close(_wake);
        _ = close(_epoll);
    }

    private void Control(int operation, int descriptor, nint tag, EpollEvents wanted)
    {
        Span<byte> request = stackalloc byte[EventBytes];
        request.Clear();
        Unsafe.WriteUnaligned(ref request[0], wanted);
        Unsafe.WriteUnaligned(ref request[DataOffset], tag);
        Checked(epoll_ctl(_epoll, operation, descriptor, ref request[0]), "epoll_ctl");
    }

    private static int Checked(int result, string call) => result >= 0 ? result : throw Failure(call);

    private static Win32Exception Failure(string call)
    {
        var error = Marshal.GetLastPInvokeError();
        return new Win32Exception(error, $"{call}: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_create1(int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_ctl(int epoll, int operation, int descriptor, ref byte wanted);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_wait(int epoll, ref byte events, int most, int milliseconds);

    [DllImport("libc", SetLastError = true)]
    private static extern int eventfd(uint start, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern nint write(int descriptor, in long value, nint bytes);

    [DllImport("libc")]
    private static extern int close(int descriptor);
}
