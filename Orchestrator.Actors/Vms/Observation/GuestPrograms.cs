using Orchestrator.Actors.VmHosts.Lending;

namespace Orchestrator.Actors.Vms.Observation;

/// <summary>
/// Programs of the agent's present incarnation that clients know of: whose they are, and whether nobody waits for them. The helpers of composite
/// commands are not among them. Bounded, the oldest is forgotten. Owned by <see cref="VmActor"/>.
/// </summary>
internal sealed class GuestPrograms
{
    public const int Capacity = 256;

    private readonly Dictionary<long, LinkedListNode<Program>> _byPid = [];
    private readonly LinkedList<Program> _oldestFirst = new();

    private sealed record Program(long Pid, string JobId, bool IsLeft, TimeSpan AnswerTimeout);

    /// <summary>Programs that nobody waits for, oldest first.</summary>
    public IEnumerable<long> Left => _oldestFirst.Where(program => program.IsLeft).Select(program => program.Pid);

    /// <summary>The same, to go on with elsewhere.</summary>
    public IReadOnlyList<LeftProgram> ToTake => [.. _oldestFirst.Where(program => program.IsLeft).Select(program => new LeftProgram(program.Pid, program.JobId, program.AnswerTimeout))];

    /// <summary>A program was started, or is asked for. One that is known stays the one it is, unless it was started anew.</summary>
    /// <param name="pid">Its process id.</param>
    /// <param name="jobId">The job that has started it; empty if it was none, or nobody knows.</param>
    /// <param name="isLeft">Whether nobody waits for its end.</param>
    /// <param name="answerTimeout">How long its end may take to be told, output and all.</param>
    public void Add(long pid, string jobId, bool isLeft, TimeSpan answerTimeout)
    {
        Remove(pid);
        if (_byPid.Count == Capacity)
            Remove(_oldestFirst.First!.Value.Pid);
        _byPid.Add(pid, _oldestFirst.AddLast(new Program(pid, jobId, isLeft, answerTimeout)));
    }

    /// <summary>Nobody waits for it any more.</summary>
    public void Leave(long pid)
    {
        if (_byPid.TryGetValue(pid, out var node))
            node.Value = node.Value with { IsLeft = true };
    }

    public bool Contains(long pid) => _byPid.ContainsKey(pid);

    /// <summary>How long the end of a program may take to be told.</summary>
    public TimeSpan? AnswerTimeoutOf(long pid) => _byPid.TryGetValue(pid, out var node) ? node.Value.AnswerTimeout : null;

    /// <summary>Takes a program out that has ended: its job, empty for none; <see langword="null"/> if it is not known.</summary>
    public string? Take(long pid)
    {
        var job = _byPid.TryGetValue(pid, out var node) ? node.Value.JobId : null;
        Remove(pid);
        return job;
    }

    public void Remove(long pid)
    {
        if (_byPid.Remove(pid, out var node))
            _oldestFirst.Remove(node);
    }

    /// <summary>Another process of the agent knows none of them.</summary>
    public void Clear()
    {
        _byPid.Clear();
        _oldestFirst.Clear();
    }
}
