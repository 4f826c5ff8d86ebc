namespace Orchestrator.Actors.Vms;

/// <summary>
/// A VM's identity for its whole life: QEMU's UUID (<c>query-uuid</c>). A peer that has none, such as a
/// storage daemon or a QEMU started without <c>-uuid</c>, gets one derived from its VmHost and name.
/// </summary>
public readonly record struct VmId(Guid Value)
{
    /// <summary>The lower-case 36-character form used in the API and in selectors.</summary>
    public override string ToString() => Value.ToString("D");
}
