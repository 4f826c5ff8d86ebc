using System.Text;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Endpoints;

/// <summary>The directory of the VMs' QMP sockets, for its user only, and owned by one node at a time: what lies in it from before is removed.</summary>
internal sealed class QmpSocketDirectory : IDisposable
{
    /// <summary>Longest path of a Unix socket, in bytes (unix(7)).</summary>
    private const int MaxPathBytes = 107;
    private const string Extension = ".sock";

    private readonly string _directory;
    private readonly FileStream _lock;

    private QmpSocketDirectory(string directory, FileStream heldLock) => (_directory, _lock) = (directory, heldLock);

    /// <summary>Takes the directory and empties it of sockets.</summary>
    /// <exception cref="ServeException">It is not private, cannot be made, or another node owns it.</exception>
    public static QmpSocketDirectory Take(string directory)
    {
        PrivateDirectory.Take(directory, DefaultEndpoint.UserId);
        try
        {
            var heldLock = new FileStream(Path.Combine(directory, "node.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            foreach (var stale in Directory.EnumerateFiles(directory, "*" + Extension))
                File.Delete(stale);
            return new QmpSocketDirectory(directory, heldLock);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServeException($"{directory}: {e.Message} Does another node serve there? Give each its own --data");
        }
    }

    /// <summary>Where the socket of a VM is, by its name or its UUID; a slash in a name is written <c>%2F</c>.</summary>
    public string PathOf(string name) => Path.Combine(_directory, name.Replace("/", "%2F", StringComparison.Ordinal) + Extension);

    /// <summary>Whether a socket can have this path.</summary>
    public static bool Fits(string path) => Encoding.UTF8.GetByteCount(path) <= MaxPathBytes;

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();
}
