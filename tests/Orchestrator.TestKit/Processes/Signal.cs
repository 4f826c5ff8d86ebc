namespace Orchestrator.TestKit.Processes;

/// <summary>Linux signal numbers that tests send to real peers.</summary>
public enum Signal
{
    /// <summary>As Ctrl-C does; PostgreSQL ends its sessions and stops.</summary>
    Interrupt = 2,

    /// <summary>PostgreSQL ends at once, as in a crash, and recovers when it is started again.</summary>
    Quit = 3,

    /// <summary>Ends a process at once, even a suspended one.</summary>
    Kill = 9,

    /// <summary>Asks a process to end; a frozen agent ignores it.</summary>
    Terminate = 15,

    /// <summary>Lets a suspended process run again.</summary>
    Continue = 18,

    /// <summary>Suspends a process: its sockets stay open and silent.</summary>
    Stop = 19,
}
