using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Orchestrator.TestKit.Clustering.Switching;

/// <summary>The system calls of TAP devices and namespaces that .NET does not have.</summary>
internal static class LinuxCalls
{
    public const int ReadWrite = 2;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int NewNetwork = 0x40000000;
    public const short Readable = 1;
    public const short Broken = 8 | 16 | 32;
    public const int Interrupted = 4;

    /// <summary>TUNSETIFF of linux/if_tun.h.</summary>
    public const uint SetInterface = 0x400454ca;

    /// <summary>IFF_TAP | IFF_NO_PI.</summary>
    public const short TapWithoutHeader = 0x0002 | 0x1000;

    /// <summary>Fails with the reason that the system gave for a call's negative result.</summary>
    public static int Succeeds(int result, string what) =>
        result >= 0 ? result : throw new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}", new Win32Exception(Marshal.GetLastPInvokeError()));

    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    public static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    public static extern int Close(int file);

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    public static extern int EnterNamespace(int file, int kind);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static extern int Control(int file, nuint request, byte[] argument);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    public static extern nint Read(int file, byte[] buffer, nint count);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    public static extern nint Write(int file, byte[] buffer, nint count);

    [DllImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static extern int CreateEvent(uint initial, int flags);

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static extern int Poll([In, Out] PollEntry[] entries, nuint count, int milliseconds);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int File;
        public short Events;
        public short Happened;
    }
}
