namespace Orchestrator.Protocol.Qapi;

/// <summary>What a second execution of a command may do; decides whether it is sent again after an unknown outcome.</summary>
public enum CommandClass
{
    /// <summary>Executing it again may do harm. Sent again only if it provably never arrived. Also the class of every command that states none.</summary>
    NonIdempotent,

    /// <summary>Changes the guest, but twice is the same as once (thaw, set-time).</summary>
    Idempotent,

    /// <summary>Changes nothing in the guest.</summary>
    ReadOnly,
}
