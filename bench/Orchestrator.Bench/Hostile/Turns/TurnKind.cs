namespace Orchestrator.Bench.Hostile.Turns;

/// <summary>
/// What surrounds the honest VMs in a turn, in the order of the turns of a batch. In each there is one VM more: only what its agent does differs.
/// </summary>
public enum TurnKind
{
    /// <summary>The agent of the VM more is hostile, and released whenever it is quarantined.</summary>
    Hostile,

    /// <summary>It is honest; the same flood goes past the server into a plain reader, and takes its share of the processor there.</summary>
    Control,

    /// <summary>It is honest, and there is no flood.</summary>
    Alone,

    /// <summary>It is hostile, and released once, when measuring begins: a flood, its end, and the quarantine that follows.</summary>
    Once,
}
