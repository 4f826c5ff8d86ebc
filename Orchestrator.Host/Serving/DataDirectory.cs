namespace Orchestrator.Host.Serving;

/// <summary>The node's own directory: what must outlive the process is kept there. One node at a time owns it.</summary>
internal sealed class DataDirectory : IDisposable
{
    /// <summary>Name of the file that marks a directory as a node's own.</summary>
    public const string LockFile = "node.lock";

    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream heldLock) => (Path, _lock) = (path, heldLock);

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>Makes the directory if need be, and takes it.</summary>
    /// <exception cref="ServeException">Another node owns it, or it cannot be written.</exception>
    public static DataDirectory Take(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(full, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var heldLock = new FileStream(System.IO.Path.Combine(full, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new DataDirectory(full, heldLock);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServeException($"--data {path}: {e.Message} Does another node run with this directory?");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();
}
