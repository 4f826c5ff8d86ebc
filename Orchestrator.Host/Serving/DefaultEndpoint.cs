using System.Runtime.InteropServices;

namespace Orchestrator.Host.Serving;

/// <summary>Where server and client meet when nobody says otherwise: a Unix socket of the user who runs them.</summary>
public static class DefaultEndpoint
{
    private const string FileName = "orchestrator.sock";

    /// <summary>Effective user id of this process.</summary>
    public static uint UserId => geteuid();

    /// <summary>Path of the socket for this process's user and environment.</summary>
    public static string SocketPath() => SocketPath(UserId, Environment.GetEnvironmentVariable);

    /// <summary>
    /// Path of the socket for a user: <c>/run/orchestrator</c> for root, else below <c>XDG_RUNTIME_DIR</c>, else below
    /// <c>/tmp/orchestrator-UID</c>. The last one is in a directory that others can write to: who listens there makes its
    /// own directory with mode 0700 and refuses one that belongs to somebody else.
    /// </summary>
    /// <param name="userId">Effective user id.</param>
    /// <param name="variable">Looks up an environment variable; <see langword="null"/> when it is not set.</param>
    public static string SocketPath(uint userId, Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        if (userId == 0)
            return $"/run/orchestrator/{FileName}";
        var runtime = variable("XDG_RUNTIME_DIR");
        // XDG Base Directory Specification: a path that is not absolute is to be ignored.
        return runtime is not null && runtime.StartsWith('/')
            ? $"{runtime.TrimEnd('/')}/orchestrator/{FileName}"
            : $"/tmp/orchestrator-{userId}/{FileName}";
    }

    [DllImport("libc")]
    private static extern uint geteuid();
}
