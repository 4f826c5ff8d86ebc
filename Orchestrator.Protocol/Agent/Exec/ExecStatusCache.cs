using System.Text.Json;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Agent.Exec;

/// <summary>
/// Keeps the ends of programs: the agent tells each only once and then forgets it, but any number of callers may ask. Bounded by count and
/// bytes, oldest out first. Belongs to one incarnation of the agent; not thread-safe.
/// </summary>
public sealed class ExecStatusCache
{
    private const int MaxEntries = 64;
    private const long MaxBytes = 64 * 1024 * 1024;

    private readonly Dictionary<string, CommandResult.Returned> _ends = [];
    private readonly Queue<string> _oldestFirst = new();
    private long _bytes;

    /// <summary>The end of the program asked for, if it was told before.</summary>
    public bool TryGet(EncodedCommand command, out CommandResult.Returned? end)
    {
        ArgumentNullException.ThrowIfNull(command);
        end = null;
        return IsStatus(command) && _ends.TryGetValue(command.Question, out end);
    }

    /// <summary>Notes an answer; only those to <c>guest-exec-status</c> that tell an end are kept. A program that is started takes over its pid from one that has ended.</summary>
    public void Note(EncodedCommand command, CommandResult result)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.Name == "guest-exec" && result is CommandResult.Returned started)
            Forget(GuestExecution.EncodeStatus(GuestExecution.ReadPid(started.Value)).Question);
        if (!IsStatus(command) || result is not CommandResult.Returned returned || !HasExited(returned.Value) || !_ends.TryAdd(command.Question, returned))
            return;
        _oldestFirst.Enqueue(command.Question);
        _bytes += returned.Value.Length;
        while (_oldestFirst.Count > MaxEntries || (_bytes > MaxBytes && _oldestFirst.Count > 1))
            Forget(_oldestFirst.Dequeue());
    }

    /// <summary>Forgets everything: pids of one incarnation mean nothing to the next.</summary>
    public void Clear()
    {
        _ends.Clear();
        _oldestFirst.Clear();
        _bytes = 0;
    }

    private void Forget(string question)
    {
        if (_ends.Remove(question, out var end))
            _bytes -= end.Value.Length;
    }

    private static bool IsStatus(EncodedCommand command) => command.Name == "guest-exec-status";

    private static bool HasExited(ReadOnlyMemory<byte> value)
    {
        var reader = new Utf8JsonReader(value.Span);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("exited"u8))
                return reader.Read() && reader.TokenType == JsonTokenType.True;
        }
        return false;
    }
}
