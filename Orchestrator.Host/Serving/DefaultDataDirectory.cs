namespace Orchestrator.Host.Serving;

/// <summary>Where a node keeps what must outlive it when nobody says otherwise.</summary>
internal static class DefaultDataDirectory
{
    /// <summary>For this process's user and environment.</summary>
    /// <exception cref="ServeException">The user has no home.</exception>
    public static string Path() => Path(DefaultEndpoint.UserId, Environment.GetEnvironmentVariable);

    /// <summary>For a user: <c>/var/lib/orchestrator</c> for root, else below <c>XDG_STATE_HOME</c>, else below <c>~/.local/state</c>.</summary>
    /// <param name="userId">Effective user id.</param>
    /// <param name="variable">Looks up an environment variable; <see langword="null"/> when it is not set.</param>
    /// <exception cref="ServeException">Neither variable is set to an absolute path.</exception>
    public static string Path(uint userId, Func<string, string?> variable)
    {
        if (userId == 0)
            return "/var/lib/orchestrator";
        // XDG Base Directory Specification: a path that is not absolute is to be ignored.
        if (variable("XDG_STATE_HOME") is ['/', ..] state)
            return $"{state.TrimEnd('/')}/orchestrator";
        return variable("HOME") is ['/', ..] home
            ? $"{home.TrimEnd('/')}/.local/state/orchestrator"
            : throw new ServeException("there is no place for the node's data: this user has no HOME. Name a directory with --data");
    }
}
