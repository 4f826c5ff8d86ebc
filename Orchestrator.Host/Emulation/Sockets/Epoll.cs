using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Orchestrator.Host.Emulation.Sockets;

/// <summary>
/// Linux' epoll(7), level-triggered, for one thread: which of tens of thousands of sockets have something to do. Costs nothing in this process per
/// socket, where .NET's own asynchronous sockets keep a context and a waiting operation for each.
/// </summary>
internal sealed class Epoll : IDisposable
{
    private const int Readable = 0x001;
    private const int Writable = 0x004;
    private const int Add = 1;
    private const int Remove = 2;
    private const int Modify = 3;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int Interrupted = 4;
    private const int MaxEvents = 512;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    private readonly byte[] _events = new byte[MaxEvents * EventBytes];
    private readonly int _epoll;
    private readonly int _wake;

    /// <exception cref="Win32Exception">This process has too many descriptors.</exception>
    public Epoll()
    {
        _epoll = Checked(epoll_create1(CloseOnExec), "epoll_create1");
        _wake = Checked(eventfd(0, CloseOnExec | NonBlocking), "eventfd");
        Control(Add, _wake, Readable);
    }

    /// <summary>Begins to watch a descriptor, of which nothing is asked yet.</summary>
    public void Watch(int descriptor, bool read, bool write) => Control(Add, descriptor, Interest(read, write));

    /// <summary>Asks for something else of a watched descriptor. Its end and its errors are always told.</summary>
    public void Change(int descriptor, bool read, bool write) => Control(Modify, descriptor, Interest(read, write));

    /// <summary>Ends the watching; before the descriptor is closed.</summary>
    public void Forget(int descriptor) => Control(Remove, descriptor, 0);

    /// <summary>Waits until something is ready, the time is over or <see cref="Wake"/> was called.</summary>
    /// <param name="milliseconds">-1 for any time.</param>
    /// <param name="ready">Gets the descriptors that are ready, or have ended.</param>
    public void Wait(int milliseconds, List<int> ready)
    {
        ready.Clear();
        var count = epoll_wait(_epoll, ref _events[0], MaxEvents, milliseconds);
        if (count < 0 && Marshal.GetLastPInvokeError() != Interrupted)
            throw Failure("epoll_wait");
        for (var i = 0; i < count; i++)
        {
            var descriptor = BinaryPrimitives.ReadInt32LittleEndian(_events.AsSpan(i * EventBytes + DataOffset));
            if (descriptor != _wake)
                ready.Add(descriptor);
        }
    }

    /// <summary>Ends this and every later <see cref="Wait"/> at once. From any thread.</summary>
    public void Wake() => _ = write(_wake, 1, sizeof(long));

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = close(_wake);
        _ = close(_epoll);
    }

    private static int Interest(bool read, bool write) => (read ? Readable : 0) | (write ? Writable : 0);

    private void Control(int operation, int descriptor, int interest)
    {
        Span<byte> wanted = stackalloc byte[EventBytes];
        wanted.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(wanted, interest);
        BinaryPrimitives.WriteInt32LittleEndian(wanted[DataOffset..], descriptor);
        Checked(epoll_ctl(_epoll, operation, descriptor, ref wanted[0]), "epoll_ctl");
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
