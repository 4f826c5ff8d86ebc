using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Cli.Diagnosis;

/// <summary>Whether others could listen to, or take the place of, a server on a Unix socket.</summary>
/// <param name="userId">Who asks.</param>
internal sealed class PathChecks(uint userId)
{
    private const string Socket = "socket";
    private const string Data = "data-directory";
    private const int WritableByOthers = 0b000_010_010;
    private const int Sticky = 0b001_000_000_000;

    /// <summary>The socket of the API and the directory it is in.</summary>
    public IEnumerable<Finding> OfEndpoint(ServerEndpoint endpoint)
    {
        if (endpoint.SocketPath is not { } path || FileStatus.Of(path) is not { } socket)
            yield break;
        if (!socket.IsSocket)
            yield return Problem(Severity.Error, Socket, $"{path} is no socket ({Mode(socket)})", "Remove it, or name another one with --server, and start the server.");
        else if (socket.IsOpenToOthers)
            yield return Problem(Severity.Error, Socket, $"{path} is open to other users ({Mode(socket)}): whoever can open it can do everything", $"'chmod 600 {path}', and look who changed it.");
        if (socket.UserId != userId && userId != 0)
            yield return Problem(Severity.Warning, Socket, $"{path} belongs to user {socket.UserId}, and you are {userId}", "Run as that user, or start a server of your own.");
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (FileStatus.Of(directory) is { } status && (status.Mode & WritableByOthers) != 0 && (status.Mode & Sticky) == 0)
            yield return Problem(Severity.Error, Socket, $"{directory} can be written by other users ({Mode(status)}): they can put a socket of their own in the place of the server's", $"'chmod 700 {directory}', or let the server listen elsewhere.");
    }

    /// <summary>The directories that the server keeps for itself, as far as they are on this machine.</summary>
    /// <param name="qmpSocket">Path of the QMP socket that the server has for a VM: <c>DATA/qmp/NAME.sock</c>.</param>
    public IEnumerable<Finding> OfData(string? qmpSocket)
    {
        if (qmpSocket is null || Path.GetDirectoryName(qmpSocket) is not { Length: > 0 } sockets || Path.GetDirectoryName(sockets) is not { Length: > 0 } data)
            yield break;
        foreach (var directory in (string[])[data, sockets])
        {
            // Without --data the sockets are beside the API's, in a directory that need not be the server's own.
            if (FileStatus.Of(directory) is not { IsDirectory: true } status || FileStatus.Of(Path.Combine(directory, DataDirectory.LockFile)) is null)
                continue;
            if (status.IsOpenToOthers)
                yield return Problem(Severity.Warning, Data, $"{directory} is open to other users ({Mode(status)})", $"'chmod 700 {directory}' after a look at what is in it.");
            if (status.UserId != userId && userId != 0)
                yield return Problem(Severity.Note, Data, $"{directory} belongs to user {status.UserId}, and you are {userId}", "Run as that user to use the VMs' QMP sockets.");
        }
    }

    private static string Mode(FileStatus status) => $"mode {Convert.ToString(status.Mode & 0xfff, 8).PadLeft(4, '0')}";

    private static Finding Problem(Severity severity, string check, string evidence, string next) => new(severity, check, [], evidence, next);
}
