using System.Globalization;
using System.Text;

namespace Orchestrator.Bench.Micro.Benchmarks;

/// <summary>What agents answer: one as most answers are, one as large as they come, and a file.</summary>
public static class SampleReplies
{
    /// <summary>File systems of <see cref="FileSystems"/>.</summary>
    private const int FileSystemCount = 500;

    /// <summary>Bytes of the file that <see cref="File"/> has a piece of.</summary>
    private const int FileBytes = 1 << 20;

    /// <summary>The <c>return</c> of <c>guest-get-osinfo</c>, 0.3 KB.</summary>
    public static byte[] OsInfo { get; } = Encoding.UTF8.GetBytes(
        """{"name": "Debian GNU/Linux", "kernel-release": "6.1.0-18-amd64", "version": "12 (bookworm)", "pretty-name": "Debian GNU/Linux 12 (bookworm)", "version-id": "12", "kernel-version": "#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)", "machine": "x86_64", "id": "debian"}""");

    /// <summary>The <c>return</c> of <c>guest-get-fsinfo</c> of a guest with very many file systems, 0.17 MB.</summary>
    public static byte[] FileSystems { get; } = FileSystemsOf(FileSystemCount);

    /// <summary>The <c>return</c> of <c>guest-file-read</c> with 1 MiB of a file, 1.4 MB of base64.</summary>
    public static byte[] File { get; } = Encoding.UTF8.GetBytes($$"""{"count": {{FileBytes}}, "buf-b64": "{{Base64()}}", "eof": false}""");

    /// <summary>The same with as many file systems, 0.3 KB each.</summary>
    public static byte[] FileSystemsOf(int count) => Encoding.UTF8.GetBytes($"[{string.Join(", ", Enumerable.Range(0, count).Select(FileSystem))}]");

    /// <summary>A whole message, as the agent writes it.</summary>
    public static byte[] Message(ReadOnlySpan<byte> value, long id) => [.. "{\"return\": "u8, .. value, .. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $", \"id\": {id}}}\n"))];

    /// <summary>Base64 of as many bytes as <see cref="File"/> has, the same in every run.</summary>
    public static string Base64()
    {
        var bytes = new byte[FileBytes];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(i * 31 + (i >> 8));
        return Convert.ToBase64String(bytes);
    }

    private static string FileSystem(int number) =>
        $$"""{"name": "dm-{{number}}", "total-bytes": 21003583488, "mountpoint": "/srv/volumes/{{number}}", "disk": [{"serial": "drive-{{number}}", "bus-type": "virtio", "bus": 0, "unit": 0, "pci-controller": {"bus": 0, "slot": 5, "domain": 0, "function": 0}, "dev": "/dev/vda{{number}}", "target": 0}], "used-bytes": 4404019200, "type": "ext4"}""";
}
