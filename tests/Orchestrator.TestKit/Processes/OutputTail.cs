using System.Text;

namespace Orchestrator.TestKit.Processes;

/// <summary>Keeps the last 8 Ki characters that a process wrote, for error messages. Written from reader threads.</summary>
/// <param name="log">A file that everything is added to as well; <see langword="null"/>: none.</param>
internal sealed class OutputTail(string? log = null)
{
    private const int MaxCharacters = 8 * 1024;

    private const int Streams = 2;

    private readonly StringBuilder _text = new();
    private int _ended;

    /// <summary>Whether both streams have come to their end.</summary>
    public bool IsWhole => Volatile.Read(ref _ended) == Streams;

    /// <param name="line">A line of either stream; <see langword="null"/> at its end.</param>
    public void Append(string? line)
    {
        if (line is null)
        {
            Interlocked.Increment(ref _ended);
            return;
        }
        lock (_text)
        {
            _text.AppendLine(line);
            if (_text.Length > MaxCharacters)
                _text.Remove(0, _text.Length - MaxCharacters);
            if (log is not null)
                File.AppendAllText(log, line + '\n');
        }
    }

    public override string ToString()
    {
        lock (_text)
            return _text.ToString().TrimEnd();
    }
}
