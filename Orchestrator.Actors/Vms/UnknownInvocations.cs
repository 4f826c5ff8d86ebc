using Orchestrator.Actors.FanOut;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms;

/// <summary>
/// Invocations of jobs that ended as unknown and whose answer may still come: until the agent synchronizes anew. Bounded, the oldest is forgotten.
/// Owned by <see cref="VmActor"/>.
/// </summary>
internal sealed class UnknownInvocations
{
    public const int Capacity = 256;

    private readonly LinkedList<Invocation> _ended = [];

    public int Count => _ended.Count;

    public void Note(Invocation invocation)
    {
        if (!invocation.TellsProgress || invocation.Plan.Route is CommandRoute.Qmp or CommandRoute.Migrate)
            return;
        if (_ended.Count == Capacity)
            _ended.RemoveFirst();
        _ended.AddLast(invocation);
    }

    /// <summary>The invocation whose command, or the start of whose program, this is; it is told only once.</summary>
    public Invocation? Take(EncodedCommand command)
    {
        for (var node = _ended.Last; node is not null; node = node.Previous)
        {
            if (!IsOf(node.Value, command))
                continue;
            _ended.Remove(node);
            return node.Value;
        }
        return null;
    }

    public void Clear() => _ended.Clear();

    /// <summary>Whether an invocation's own answer is the one to this command.</summary>
    public static bool IsOf(Invocation invocation, EncodedCommand command) =>
        ReferenceEquals(command, invocation.Plan.Composite is GuestProgram program ? program.Start : invocation.Plan.Command);
}
