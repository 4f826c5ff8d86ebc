namespace Orchestrator.Bench.Fleet.Peers;

/// <summary>
/// The files of one run, in a temporary directory that disposing removes. The VM directory has exactly what a VM directory of the
/// orchestrator has, NAME/qmp.sock and NAME/qga.sock; everything else is kept outside of it.
/// </summary>
public sealed class FleetDirectory : IDisposable
{
    // sizeof(sockaddr_un.sun_path) - 1, unix(7).
    private const int LongestSocketPath = 107;

    private FleetDirectory(string root)
    {
        Root = root;
        Directory.CreateDirectory(VmDirectory);
    }

    /// <summary>The temporary directory itself.</summary>
    public string Root { get; }

    /// <summary>The directory with one subdirectory per VM.</summary>
    public string VmDirectory => Path.Combine(Root, "v");

    /// <summary>Creates an empty one in the system's temporary directory.</summary>
    /// <exception cref="BenchException">That is so deep that a socket in it could not be named.</exception>
    public static FleetDirectory Create()
    {
        var directory = new FleetDirectory(Directory.CreateTempSubdirectory("ob-").FullName);
        if (directory.QgaSocket(FleetNames.Of(int.MaxValue)).Length <= LongestSocketPath)
            return directory;
        directory.Dispose();
        throw new BenchException($"{directory.Root} is too deep for Unix sockets ({LongestSocketPath} bytes). Set TMPDIR=/tmp");
    }

    /// <summary>The agent's socket of a VM.</summary>
    public string QgaSocket(string vm) => Path.Combine(VmDirectory, vm, "qga.sock");

    /// <summary>The QMP socket of a VM.</summary>
    public string QmpSocket(string vm) => Path.Combine(VmDirectory, vm, "qmp.sock");

    /// <summary>A directory for a VM's agent: its state, pid file and log.</summary>
    public string StateOf(string vm) => Path.Combine(Root, "s", vm);

    /// <summary>A path outside the VM directory.</summary>
    public string File(string name) => Path.Combine(Root, name);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Root))
            Directory.Delete(Root, recursive: true);
    }
}
