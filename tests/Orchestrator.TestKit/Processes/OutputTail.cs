using System.Text;

namespace Orchestrator.TestKit.Processes;

/// <summary>Keeps the last 8 Ki characters that a process wrote, for error messages. Written from reader threads.</summary>
/// <param name="log">A file that everything is added to as well; <see langword="null"/>: none.</param>
internal sealed class OutputTail(string? log = null)
{
    private const int MaxCharacters = 8 * 1024;

    private readonly StringBuilder _text = new();

    public void Append(string? line)
    {
        if (line is null)
            return;

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
