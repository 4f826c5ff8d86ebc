using Orchestrator.TestKit.Processes;

namespace Orchestrator.TestKit.Clustering;

/// <summary>A file system of its own and of a small size (a tmpfs), to be filled. Disposing removes it.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private const string Ballast = "ballast";
    private const int BlockBytes = 4096;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private SmallDisk(string path) => Path = path;

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    private string BallastPath => System.IO.Path.Combine(Path, Ballast);

    /// <summary>Mounts an empty one.</summary>
    /// <param name="path">The mount point; made if it is not there. What a lab has in its directory is removed with it, even after a kill.</param>
    /// <param name="mebibytes">Its size, in MiB.</param>
    /// <exception cref="UnauthorizedAccessException">Only root may mount; the message has the command to run.</exception>
    public static async Task<SmallDisk> MountAsync(string path, int mebibytes)
    {
        LabRights.Require();
        Directory.CreateDirectory(path);
        await ChildProcess.RunAsync(RequiredTool.Find("mount", "mount"), ["-t", "tmpfs", "-o", $"size={mebibytes}m,mode=0700", "tmpfs", path], Limit);
        return new SmallDisk(path);
    }

    /// <summary>Fills it to the last block: whoever writes more gets "no space left on device".</summary>
    public void Fill()
    {
        using var ballast = new FileStream(BallastPath, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
                ballast.Write(new byte[BlockBytes]);
        }
        catch (IOException) when (new DriveInfo(Path).AvailableFreeSpace == 0)
        {
            // Full, as asked for.
        }
    }

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void Free() => File.Delete(BallastPath);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ChildProcess.RunAsync(RequiredTool.Find("umount", "mount"), ["--lazy", Path], Limit);
        Directory.Delete(Path);
    }
}
