using Orchestrator.TestKit.Clustering;

namespace Orchestrator.EndToEnd.Tests.Clustering;

/// <summary>A disk that can be filled, and emptied again.</summary>
public sealed class SmallDiskTests : IDisposable
{
    private const int MiB = 1024 * 1024;
    private readonly string _directory = Directory.CreateTempSubdirectory("orc-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Full_disk_takes_no_more_keeps_what_it_has_and_takes_more_once_there_is_room()
    {
        await using var disk = await SmallDisk.MountAsync(Path.Combine(_directory, "data"), mebibytes: 2);
        var (kept, more) = (Path.Combine(disk.Path, "kept"), Path.Combine(disk.Path, "more"));
        await File.WriteAllBytesAsync(kept, new byte[MiB]);

        disk.Fill();

        Assert.Equal(0, new DriveInfo(disk.Path).AvailableFreeSpace);
        var full = Assert.Throws<IOException>(() => File.WriteAllBytes(more, new byte[100]));
        Assert.Contains("No space left", full.Message);
        Assert.Equal(MiB, (await File.ReadAllBytesAsync(kept)).Length);

        disk.Free();
        await File.WriteAllBytesAsync(more, new byte[MiB / 2]);
    }
}
