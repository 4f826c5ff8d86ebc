namespace Orchestrator.Actors.Vms;

/// <summary>Whether a guest's filesystems are frozen, as far as is known. Stable names: safe to switch on.</summary>
public enum FreezeState
{
    /// <summary>They are not, or nobody has asked yet.</summary>
    Thawed,

    /// <summary>A freeze of ours was sent and is not answered.</summary>
    Freezing,

    /// <summary>Frozen under a lease of this node.</summary>
    Frozen,

    /// <summary>Frozen by somebody else: a command of the agent's own, or another manager.</summary>
    FrozenForeign,

    /// <summary>A thaw of ours was sent and is not answered, or failed and is tried again.</summary>
    Thawing,
}
