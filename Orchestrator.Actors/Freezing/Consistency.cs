namespace Orchestrator.Actors.Freezing;

/// <summary>What a copy of a VM's disks is worth that is made now. Stable names: safe to switch on.</summary>
public enum Consistency
{
    /// <summary>As after a power cut: the guest runs on, or stands still where it was.</summary>
    Crash,

    /// <summary>Filesystems are written out and frozen.</summary>
    Fs,

    /// <summary>Applications took part, through hooks of the guest (VSS on Windows).</summary>
    App,

    /// <summary>The guest has shut down.</summary>
    Offline,
}

/// <summary>What is demanded of every VM of a group. Stable names: safe to switch on.</summary>
public enum FreezeRequirement
{
    /// <summary>Filesystems are frozen, or the guest has shut down; else all are thawed.</summary>
    Fs,

    /// <summary>The same, and applications take part.</summary>
    App,

    /// <summary>As good as each VM can.</summary>
    Any,
}
