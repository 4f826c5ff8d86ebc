using System.Text;
using Orchestrator.Host.Cli;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Cli;

/// <summary>One run of the command line inside the test, with everything it takes from a process given by the test.</summary>
internal sealed class CliRun
{
    public string? Server { get; init; }

    public string Input { get; init; } = "";

    public bool InputIsTerminal { get; init; }

    public bool OutIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    public int Width { get; init; } = 200;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public TimeSpan CancelGrace { get; init; } = TimeSpan.Zero;

    public Dictionary<string, string> Variables { get; init; } = [];

    public bool NoColor { init => Variables["NO_COLOR"] = value ? "1" : ""; }

    public Func<ServeOptions, CancellationToken, Task<int>> Serve { get; init; } = (_, _) => throw new InvalidOperationException("serve was not expected");

    public Interrupts Interrupts { get; } = new();

    public WatchedWriter OutWriter { get; } = new();

    public WatchedWriter ErrorWriter { get; } = new();

    /// <summary>What was written as bytes.</summary>
    public MemoryStream OutBytes { get; } = new();

    public string Out => OutWriter.Text;

    public string Error => ErrorWriter.Text;

    public string[] OutLines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Against a server, in a pipe.</summary>
    public static CliRun Against(FakeServer server) => new() { Server = server.SocketPath };

    public Task<int> RunAsync(params string[] args) => CommandLine.RunAsync(args, Serve, new CliEnvironment
    {
        Out = OutWriter,
        Error = ErrorWriter,
        OpenInput = () => new MemoryStream(Encoding.UTF8.GetBytes(Input)),
        OpenOutput = () => OutBytes,
        InputIsTerminal = InputIsTerminal,
        OutIsTerminal = OutIsTerminal,
        ErrorIsTerminal = ErrorIsTerminal,
        Width = () => Width,
        Variable = name => Variables.GetValueOrDefault(name),
        DefaultSocket = Server ?? "/nonexistent/orchestrator.sock",
        Time = Time,
        Interrupts = Interrupts,
        CancelGrace = CancelGrace,
    });
}

/// <summary>A writer that tests can wait on.</summary>
internal sealed class WatchedWriter : StringWriter
{
    private readonly Lock _lock = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> _waiting = [];

    public WatchedWriter() => NewLine = "\n";

    public string Text
    {
        get
        {
            lock (_lock)
                return GetStringBuilder().ToString();
        }
    }

    /// <summary>Completes once the text was written.</summary>
    public Task Seen(string text)
    {
        lock (_lock)
        {
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((text, seen));
            Complete();
            return seen.Task;
        }
    }

    public override void Write(char value)
    {
        lock (_lock)
        {
            base.Write(value);
            Complete();
        }
    }

    public override void Write(char[] buffer, int index, int count)
    {
        lock (_lock)
        {
            base.Write(buffer, index, count);
            Complete();
        }
    }

    public override void Write(string? value)
    {
        lock (_lock)
        {
            base.Write(value);
            Complete();
        }
    }

    public override void WriteLine(string? value) => Write(value + "\n");

    private void Complete()
    {
        var text = GetStringBuilder().ToString();
        foreach (var (wanted, seen) in _waiting)
            if (text.Contains(wanted, StringComparison.Ordinal))
                seen.TrySetResult();
    }
}
