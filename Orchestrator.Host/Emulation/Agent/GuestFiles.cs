using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Orchestrator.Host.Emulation.Agent;

/// <summary>The files of an emulated guest: a few that every Linux has, and what was written. Directories are there whenever they are named.</summary>
internal sealed class GuestFiles
{
    /// <summary>Bytes that a guest keeps.</summary>
    public const int MostBytes = 1 << 20;

    private const int FirstHandle = 1000;
    private readonly Dictionary<string, byte[]> _files;
    private readonly Dictionary<long, OpenFile> _open = [];
    private long _nextHandle = FirstHandle;

    /// <summary>As a new guest of that name has them.</summary>
    public GuestFiles(Persona persona) => _files = new(StringComparer.Ordinal)
    {
        ["/etc/hostname"] = Encoding.UTF8.GetBytes(persona.Name + "\n"),
        ["/etc/os-release"] = Encoding.UTF8.GetBytes(persona.System.Release),
        ["/etc/machine-id"] = Encoding.UTF8.GetBytes(persona.Id.ToString("N") + "\n"),
        ["/proc/cmdline"] = "emulated\n"u8.ToArray(),
    };

    /// <summary>A file that is open.</summary>
    internal sealed class OpenFile(string path, bool reads, bool writes, bool appends)
    {
        public string Path => path;

        public bool Reads => reads;

        public bool Writes => writes;

        public bool Appends => appends;

        public long Position { get; set; }
    }

    /// <summary>What a file has.</summary>
    public bool TryRead(string path, [NotNullWhen(true)] out byte[]? content) => _files.TryGetValue(path, out content);

    /// <summary>Opens a file.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="mode">As of fopen(3); a valid one.</param>
    /// <returns>The handle, or nothing if there is no such file.</returns>
    public long? Open(string path, string mode)
    {
        var plain = mode.Replace("b", "", StringComparison.Ordinal);
        if (plain[0] == 'r' && !_files.ContainsKey(path))
            return null;
        if (plain[0] == 'w' || !_files.ContainsKey(path))
            _files[path] = [];
        _open.Add(_nextHandle, new OpenFile(path, plain != "w" && plain != "a", plain != "r", plain[0] == 'a'));
        return _nextHandle++;
    }

    /// <summary>The file of a handle.</summary>
    public OpenFile? Of(long handle) => _open.GetValueOrDefault(handle);

    /// <summary>Closes a handle.</summary>
    public bool Close(long handle) => _open.Remove(handle);

    /// <summary>The agent has ended. The next one's handles go on from here.</summary>
    public void CloseAll() => _open.Clear();

    /// <summary>What is at the file's place, which moves.</summary>
    public ReadOnlySpan<byte> Read(OpenFile file, int most)
    {
        var content = _files[file.Path];
        var start = (int)Math.Min(file.Position, content.Length);
        var read = content.AsSpan(start, Math.Min(most, content.Length - start));
        file.Position += read.Length;
        return read;
    }

    /// <summary>Bytes of the file.</summary>
    public long LengthOf(OpenFile file) => _files[file.Path].Length;

    /// <summary>Writes at the file's place, which moves.</summary>
    /// <returns><see langword="false"/>, and nothing is written, if the guest would have more than <see cref="MostBytes"/>.</returns>
    public bool TryWrite(OpenFile file, ReadOnlySpan<byte> bytes)
    {
        var content = _files[file.Path];
        var start = file.Appends ? content.Length : file.Position;
        var end = start + bytes.Length;
        if (_files.Values.Sum(other => (long)other.Length) + Math.Max(0, end - content.Length) > MostBytes)
            return false;
        if (end > content.Length)
            Array.Resize(ref content, (int)end);
        bytes.CopyTo(content.AsSpan((int)start));
        _files[file.Path] = content;
        file.Position = end;
        return true;
    }
}
