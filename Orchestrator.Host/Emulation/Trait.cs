namespace Orchestrator.Host.Emulation;

/// <summary>What is wrong with a VM from the start, by <c>--chaos</c>.</summary>
internal enum Trait
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The agent has its port open and never answers, as one whose process is stopped.</summary>
    Silent,

    /// <summary>There is no agent: the port is closed.</summary>
    Absent,

    /// <summary>The machine is paused until somebody continues it.</summary>
    Paused,

    /// <summary>The agent takes a second for every answer.</summary>
    Slow,

    /// <summary>The agent restarts once a minute.</summary>
    Restarting,
}
