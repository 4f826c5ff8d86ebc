using System.CommandLine;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;
using Orchestrator.Host.Cli.Telemetry;

namespace Orchestrator.Host.Cli;

/// <summary>One run of one command: its parsed options, where it writes and which server it talks to.</summary>
internal sealed class CliContext
{
    private readonly GlobalOptions _globals;

    public CliContext(CliEnvironment environment, ParseResult parsed, GlobalOptions globals)
    {
        _globals = globals;
        Environment = environment;
        Parsed = parsed;
        var color = !parsed.GetValue(globals.NoColor) && string.IsNullOrEmpty(environment.Variable("NO_COLOR"));
        Out = new TerminalWriter(environment.Out, environment.OutIsTerminal, color && environment.OutIsTerminal, environment.Width);
        Error = new TerminalWriter(environment.Error, environment.ErrorIsTerminal, color && environment.ErrorIsTerminal, environment.Width);
        Quiet = parsed.GetValue(globals.Quiet);
    }

    public CliEnvironment Environment { get; }

    public ParseResult Parsed { get; }

    public TerminalWriter Out { get; }

    public TerminalWriter Error { get; }

    /// <summary><c>-q</c>: no progress and no summary, only results and errors.</summary>
    public bool Quiet { get; }

    public ServerClient Connect(TimeSpan? answerTimeout = null) => new(_globals.Endpoint(Parsed, Environment), Environment.Time, answerTimeout, CliTrace.Headers(Environment));
}
