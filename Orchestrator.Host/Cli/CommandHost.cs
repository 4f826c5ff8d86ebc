using System.CommandLine;
using Orchestrator.Host.Cli.Completion;
using Orchestrator.Host.Cli.Telemetry;

namespace Orchestrator.Host.Cli;

/// <summary>What the commands are built with: the process's environment, the global options, and the one place that turns errors into exit codes.</summary>
internal sealed class CommandHost(CliEnvironment environment)
{
    public CliEnvironment Environment => environment;

    public GlobalOptions Globals { get; } = new();

    /// <summary>Names from the server, for completion.</summary>
    public ServerNames Names { get; } = new();

    /// <summary>Runs a command until it ends or the first Ctrl-C, which gives exit code 130.</summary>
    /// <param name="command">The command.</param>
    /// <param name="run">Its work.</param>
    /// <param name="isTraced">Whether its run is a span of the caller's trace.</param>
    public void Handle(Command command, Func<CliContext, CancellationToken, Task<int>> run, bool isTraced = true) => command.SetAction(async (parsed, _) =>
    {
        using var span = isTraced ? CliTrace.Begin(environment, PathOf(command)) : null;
        return await RunAsync(new CliContext(environment, parsed, Globals), run);
    });

    private static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault(parent => parent is not RootCommand) is { } parent ? $"{PathOf(parent)} {command.Name}" : command.Name;

    private async Task<int> RunAsync(CliContext context, Func<CliContext, CancellationToken, Task<int>> run)
    {
        try
        {
            var exitCode = await run(context, environment.Interrupts.First);
            context.Out.Flush();
            return exitCode;
        }
        catch (CliException error)
        {
            context.Out.Flush();
            context.Error.WriteLine($"orchestrator: {error.Message}");
            return error.ExitCode;
        }
        catch (OperationCanceledException) when (environment.Interrupts.First.IsCancellationRequested)
        {
            context.Out.Flush();
            return ExitCodes.Interrupted;
        }
    }
}
