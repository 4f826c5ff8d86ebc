namespace Orchestrator.Host.Serving;

/// <summary>A directory that only its user may enter: whoever else could, could put a socket of their own in the place of the API's.</summary>
internal static class PrivateDirectory
{
    /// <summary>Makes it with mode 0700, or takes one that is there already and just as private.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="userId">Whose it must be.</param>
    /// <exception cref="ServeException">It belongs to another user, or others may use it, or it cannot be made.</exception>
    public static void Take(string path, uint userId)
    {
        try
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServeException($"the directory {path} of the API's socket cannot be made: {e.Message}");
        }
        if (FileStatus.Of(path) is not { IsDirectory: true } status)
            throw new ServeException($"{path} is not a directory: remove it, or choose another place for the API's socket with --listen");
        if (status.UserId != userId)
            throw new ServeException($"the directory {path} belongs to user {status.UserId}, not to {userId}: choose another place for the API's socket with --listen");
        if (status.IsOpenToOthers)
            throw new ServeException($"the directory {path} is open to other users: chmod 700 it after a look at what is in it, or choose another place for the API's socket with --listen");
    }
}
