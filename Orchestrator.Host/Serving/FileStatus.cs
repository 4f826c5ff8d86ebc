using System.Runtime.InteropServices;

namespace Orchestrator.Host.Serving;

/// <summary>What .NET does not tell of a path itself, links not followed: what kind of file it is and whose.</summary>
/// <param name="Mode">Kind and permissions (inode(7)).</param>
/// <param name="UserId">Owner.</param>
internal readonly record struct FileStatus(int Mode, uint UserId)
{
    private const int KindMask = 0b1111 << 12;
    private const int DirectoryKind = 0b0100 << 12;
    private const int SocketKind = 0b1100 << 12;
    private const int OthersMask = 0b000_111_111;

    private const int WorkingDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint BasicStatus = 0x7ff;

    public bool IsDirectory => (Mode & KindMask) == DirectoryKind;

    public bool IsSocket => (Mode & KindMask) == SocketKind;

    /// <summary>Whether its group or all others may do anything with it.</summary>
    public bool IsOpenToOthers => (Mode & OthersMask) != 0;

    /// <summary>Of a path; <see langword="null"/> if nothing is there, or it cannot be told.</summary>
    public static FileStatus? Of(string path) =>
        statx(WorkingDirectory, path, NoFollow, BasicStatus, out var status) == 0 ? new FileStatus(status.Mode, status.UserId) : null;

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int statx(int directory, string path, int flags, uint mask, out Statx status);

    /// <summary>Linux' <c>struct statx</c>, the same on all processors.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Statx
    {
        [FieldOffset(20)]
        public uint UserId;

        [FieldOffset(28)]
        public ushort Mode;
    }
}
