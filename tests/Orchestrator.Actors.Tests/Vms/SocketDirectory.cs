namespace Orchestrator.Actors.Tests.Vms;

/// <summary>A directory for sockets, with a short name: a Unix socket's whole path has at most 107 bytes.</summary>
internal sealed class SocketDirectory : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("orc-").FullName;

    public string File(string name) => Path.Combine(_path, name);

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
