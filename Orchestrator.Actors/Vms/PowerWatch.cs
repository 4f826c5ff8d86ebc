using Orchestrator.Actors.FanOut;
using Orchestrator.Protocol.Qmp;

namespace Orchestrator.Actors.Vms;

/// <summary>
/// Commands that answer only with errors (<c>guest-shutdown</c>, <c>guest-suspend-*</c>): an event of QEMU's proves their success. The event may come
/// before the channel is cut, after it, or never. Owned by <see cref="VmActor"/>.
/// </summary>
internal sealed class PowerWatch
{
    private readonly List<Invocation> _lost = [];
    private long? _lastProof;
    private string? _lastProofName;

    /// <summary>Invocations whose channel was cut, and whose event has not come.</summary>
    public IReadOnlyList<Invocation> Waiting => _lost;

    /// <summary>Notes an event.</summary>
    /// <returns>The waiting invocations that it proves.</returns>
    public IReadOnlyList<Invocation> Note(QmpEvent happened, long now)
    {
        if (!IsEndOfGuest(happened))
            return [];
        (_lastProof, _lastProofName) = (now, happened.Name);
        var proved = _lost.Where(invocation => IsProvedBy(invocation.Plan.Command.Name, happened.Name)).ToArray();
        foreach (var invocation in proved)
            _lost.Remove(invocation);
        return proved;
    }

    /// <summary>Whether the last event already proves an invocation: the event may overtake the loss of the channel.</summary>
    public bool IsProved(Invocation invocation) =>
        _lastProof >= invocation.AcceptedAt && IsProvedBy(invocation.Plan.Command.Name, _lastProofName!);

    /// <summary>Holds an invocation until its event or its deadline.</summary>
    public void Hold(Invocation invocation) => _lost.Add(invocation);

    /// <summary>Lets go of an invocation.</summary>
    public bool Release(Invocation invocation) => _lost.Remove(invocation);

    /// <summary>The events that mean what the commands mean (QEMU, qapi/run-state.json).</summary>
    public static bool IsEndOfGuest(QmpEvent happened) => happened.Name switch
    {
        "SHUTDOWN" or "RESET" => happened.Flag("guest") == true,
        "SUSPEND" or "SUSPEND_DISK" => true,
        _ => false,
    };

    private static bool IsProvedBy(string command, string eventName) => command switch
    {
        "guest-shutdown" => eventName is "SHUTDOWN" or "RESET",
        "guest-suspend-disk" => eventName is "SUSPEND_DISK" or "SHUTDOWN",
        _ => eventName is "SUSPEND",
    };
}
