using System.Text;
using Orchestrator.Host.Cli.Output;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Cli;

/// <summary>Everything the client takes from its process, so that tests can give it something else.</summary>
internal sealed class CliEnvironment
{
    private int _inputUses;

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Opens standard input; called at most once.</summary>
    public required Func<Stream> OpenInput { get; init; }

    /// <summary>Opens standard output for bytes; nothing else is written there then.</summary>
    public Func<Stream> OpenOutput { get; init; } = () => new StandardStream(1);

    public bool InputIsTerminal { get; init; }

    public bool OutIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    /// <summary>Columns of the terminal at standard output; asked for only when it is one.</summary>
    public Func<int> Width { get; init; } = () => 80;

    public required Func<string, string?> Variable { get; init; }

    public string DefaultSocket { get; init; } = DefaultEndpoint.SocketPath();

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public Interrupts Interrupts { get; init; } = new();

    /// <summary>How long after the first Ctrl-C a second one still cancels the job.</summary>
    public TimeSpan CancelGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Standard input for one reader. Two options that both want it are a usage error.</summary>
    public Stream TakeInput() => Interlocked.Increment(ref _inputUses) == 1
        ? OpenInput()
        : throw CliException.Usage("two options read standard input; only one can: give the other a file");

    public static CliEnvironment ForProcess() => new()
    {
        Out = new StreamWriter(new StandardStream(1), new UTF8Encoding(false), 1 << 14),
        Error = new StreamWriter(new StandardStream(2), new UTF8Encoding(false), 1 << 10) { AutoFlush = true },
        OpenInput = Console.OpenStandardInput,
        InputIsTerminal = !Console.IsInputRedirected,
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        Width = () => Console.WindowWidth,
        Variable = Environment.GetEnvironmentVariable,
    };
}
