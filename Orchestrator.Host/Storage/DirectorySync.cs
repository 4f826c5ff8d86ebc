using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Orchestrator.Host.Storage;

/// <summary>A new name in a directory outlives a loss of power only when the directory itself was written; .NET has no call for that.</summary>
internal static class DirectorySync
{
    private const int ReadOnlyDirectory = 0x1_0000;

    /// <exception cref="IOException">It could not be written.</exception>
    public static void Flush(string path)
    {
        var directory = open(path, ReadOnlyDirectory);
        if (directory < 0)
            throw Failure(path);
        try
        {
            if (fsync(directory) != 0)
                throw Failure(path);
        }
        finally
        {
            _ = close(directory);
        }
    }

    private static IOException Failure(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{new Win32Exception(error).Message} : '{path}'", error);
    }

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int open(string path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(int file);

    [DllImport("libc")]
    private static extern int close(int file);
}
