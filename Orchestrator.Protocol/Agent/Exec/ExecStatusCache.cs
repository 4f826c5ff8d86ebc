using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Agent.Exec;

/// <summary>
/// Keeps the ends of programs: the agent tells each only once and then forgets it, but any number of callers may ask. Bounded by count and
/// bytes, oldest out first; an end that nobody has asked for yet stays for <see cref="Retention"/> at least, unless a client's own answers need
/// the room. Belongs to one incarnation of the agent; not thread-safe.
/// </summary>
/// <param name="time">Clock of <see cref="Retention"/>.</param>
public sealed class ExecStatusCache(TimeProvider? time = null)
{
    /// <summary>How long an end is kept at least that was asked for without need: by nobody who has waited for it.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromMinutes(10);

    private const int MaxEntries = 64;
    private const long MaxBytes = 64 * 1024 * 1024;

    // Two outputs of 16 MiB in base64.
    private const long LargestEnd = 43 * 1024 * 1024;

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Dictionary<long, LinkedListNode<Entry>> _ends = [];
    private readonly LinkedList<Entry> _oldestFirst = new();
    private long _bytes;
    private int _unclaimed;

    /// <summary>All ends, oldest first.</summary>
    public IReadOnlyList<KeptEnd> Kept => [.. _oldestFirst.Select(entry => new KeptEnd(entry.Pid, entry.End.Value, entry.IsClaimed))];

    private sealed record Entry(long Pid, CommandResult.Returned End, long NotedAt)
    {
        public bool IsClaimed { get; set; }
    }

    /// <summary>
    /// Whether the end of one more program may be asked for that no caller waits for: its answer, whatever its size, pushes out none that is still
    /// to be kept.
    /// </summary>
    public bool HasRoomForUnclaimed
    {
        get
        {
            var kept = _oldestFirst.Where(IsToBeKept).ToArray();
            return kept.Length < MaxEntries && kept.Sum(entry => (long)entry.End.Value.Length) + LargestEnd <= MaxBytes;
        }
    }

    /// <summary>The end of the program asked for, if it was told before.</summary>
    /// <param name="command">Any command.</param>
    /// <param name="end">Its answer.</param>
    /// <param name="isClaim">Whether a caller gets it who wants it.</param>
    public bool TryGet(EncodedCommand command, out CommandResult.Returned? end, bool isClaim = true)
    {
        ArgumentNullException.ThrowIfNull(command);
        end = null;
        if (_ends.Count == 0 || ExecJson.PidOf(command) is not { } pid || !_ends.TryGetValue(pid, out var node))
            return false;
        end = node.Value.End;
        if (isClaim && !node.Value.IsClaimed)
            (node.Value.IsClaimed, _unclaimed) = (true, _unclaimed - 1);
        return true;
    }

    /// <summary>
    /// Notes an answer; only those to <c>guest-exec-status</c> that tell an end are kept. A program that is started takes over its pid from one that
    /// has ended.
    /// </summary>
    /// <param name="command">What was asked.</param>
    /// <param name="result">The answer.</param>
    /// <param name="isClaimed">Whether a caller got it who wants it.</param>
    /// <returns>Whether it is the end of a program that was not known before.</returns>
    public bool Note(EncodedCommand command, CommandResult result, bool isClaimed = true)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.Name == "guest-exec" && result is CommandResult.Returned started)
            Forget(ExecJson.PidOf(started));
        if (result is not CommandResult.Returned returned || ExecJson.PidOf(command) is not { } pid || !ExecJson.HasExited(returned) || _ends.ContainsKey(pid))
            return false;
        _ends.Add(pid, _oldestFirst.AddLast(new Entry(pid, returned, _time.GetTimestamp()) { IsClaimed = isClaimed }));
        _bytes += returned.Value.Length;
        _unclaimed += isClaimed ? 0 : 1;
        while (IsOverfull && Oldest() is { } oldest)
            Forget(oldest.Pid);
        return true;
    }

    /// <summary>Forgets everything: pids of one incarnation mean nothing to the next.</summary>
    public void Clear()
    {
        _ends.Clear();
        _oldestFirst.Clear();
        (_bytes, _unclaimed) = (0, 0);
    }

    private bool IsOverfull => (_bytes > MaxBytes && _ends.Count > 1) || _ends.Count - _unclaimed > MaxEntries || _unclaimed > MaxEntries;

    /// <summary>What goes next, of the kind that has too many; of both, what need not be kept goes first. The newest stays.</summary>
    private Entry? Oldest()
    {
        var others = _oldestFirst.SkipLast(1);
        if (_unclaimed > MaxEntries)
            return others.FirstOrDefault(entry => !entry.IsClaimed);
        return others.FirstOrDefault(entry => !IsToBeKept(entry)) ?? others.FirstOrDefault();
    }

    private bool IsToBeKept(Entry entry) => !entry.IsClaimed && _time.GetElapsedTime(entry.NotedAt) < Retention;

    private void Forget(long pid)
    {
        if (!_ends.Remove(pid, out var node))
            return;
        _oldestFirst.Remove(node);
        _bytes -= node.Value.End.Value.Length;
        _unclaimed -= node.Value.IsClaimed ? 0 : 1;
    }

    /// <summary>Takes over what another one kept.</summary>
    public void Restore(IEnumerable<KeptEnd> ends)
    {
        ArgumentNullException.ThrowIfNull(ends);
        foreach (var end in ends)
            Note(GuestExecution.EncodeStatus(end.Pid), new CommandResult.Returned(end.Answer), end.IsClaimed);
    }
}
