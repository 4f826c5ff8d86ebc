namespace Orchestrator.Host.Cli;

/// <summary>What the client tells the shell. Stable: scripts switch on them.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>The client or the server failed: no connection, no such VM or job, a broken stream.</summary>
    public const int Error = 1;

    /// <summary>The command line, a selector or a command's arguments are wrong.</summary>
    public const int Usage = 2;

    /// <summary>The selector matches no VM.</summary>
    public const int NoTargets = 3;

    /// <summary>At least one target Failed, was Refused or TimedOut.</summary>
    public const int Failed = 4;

    /// <summary>At least one target was Undelivered, and none worse.</summary>
    public const int Undelivered = 5;

    /// <summary>At least one target is Unknown: dominates all other outcomes.</summary>
    public const int Unknown = 6;

    /// <summary>The job was halted: more went wrong than <c>--max-errors</c> or <c>--max-undelivered</c> bears.</summary>
    public const int Halted = 7;

    /// <summary>The job was cancelled.</summary>
    public const int Cancelled = 8;

    /// <summary><c>--wait</c> ran out; the job continues.</summary>
    public const int WaitTimedOut = 9;

    /// <summary>Ctrl-C (128 + SIGINT); a job that was started continues unless it was cancelled by a second Ctrl-C.</summary>
    public const int Interrupted = 130;

    /// <summary>The reader of standard output is gone (128 + SIGPIPE), as after <c>| head</c>.</summary>
    public const int OutputClosed = 141;
}
