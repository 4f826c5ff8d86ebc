using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Orchestrator.Host.Cli.Commands;
using Orchestrator.Host.Cli.Completion;
using Orchestrator.Host.Cli.Output;
using Orchestrator.Host.Cli.Results;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Cli;

/// <summary>The one executable: a server with <c>serve</c>, a client of one with every other command.</summary>
internal static class CommandLine
{
    // '@' begins a group in a selector and a file in --args: it is not for the parser.
    public static readonly ParserConfiguration ParserConfiguration = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs this process's command line.</summary>
    /// <param name="args">Without the program's name.</param>
    /// <param name="serve">Runs the server until the token is cancelled (SIGINT, SIGTERM), and returns its exit code.</param>
    public static async Task<int> RunAsync(string[] args, Func<ServeOptions, CancellationToken, Task<int>> serve)
    {
        var environment = CliEnvironment.ForProcess();
        using var interrupts = environment.Interrupts;
        interrupts.Listen();
        return await RunAsync(args, serve, environment);
    }

    /// <summary>Runs a command line in a given environment.</summary>
    /// <returns>One of <see cref="ExitCodes"/>, or a program's own with <c>run -S</c>.</returns>
    public static async Task<int> RunAsync(string[] args, Func<ServeOptions, CancellationToken, Task<int>> serve, CliEnvironment environment)
    {
        var parsed = BuildRoot(new CommandHost(environment), serve).Parse(OptionalValue.Bind(args), ParserConfiguration);
        if (parsed.Action is ParseErrorAction)
            return await ReportAsync(parsed, environment);
        try
        {
            var exitCode = await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = environment.Out,
                Error = environment.Error,
                EnableDefaultExceptionHandler = false,
                // Interrupts counts the signals itself.
                ProcessTerminationTimeout = null,
            });
            await environment.Out.FlushAsync();
            return exitCode;
        }
        catch (IOException error) when (error.HResult == StandardStream.BrokenPipe)
        {
            return ExitCodes.OutputClosed;
        }
    }

    internal static RootCommand BuildRoot(CommandHost host, Func<ServeOptions, CancellationToken, Task<int>> serve)
    {
        var root = new RootCommand("Commands many QEMU/KVM virtual machines and their guests at once")
        {
            host.Globals.Server,
            host.Globals.NoColor,
            host.Globals.Quiet,
            VmCommands.Create(host),
            FanOutCommands.Ping(host),
            FanOutCommands.GuestAgent(host),
            RunCommand.Create(host),
            CopyCommand.Create(host),
            FanOutCommands.Qmp(host),
            SetCommand.Create(host),
            FreezeCommand.Create(host),
            ThawCommand.Create(host),
            SnapshotCommand.Create(host),
            MigrateCommands.Migrate(host),
            MigrateCommands.Evacuate(host),
            JobCommands.Create(host),
            EventCommands.Create(host),
            ControllerCommands.Create(host),
            NodeCommands.Create(host),
            SchemaCommand.Create(host),
            WhyCommand.Create(host),
            DoctorCommand.Create(host),
            CertsCommands.Create(host),
            ServeCommand.Create(host, serve),
            EmulateCommand.Create(host),
            VersionCommand.Create(host),
            CompletionCommand.Create(host),
        };
        // Without the spellings of another operating system (/?, /h).
        root.Options.Remove(root.Options.Single(option => option is HelpOption));
        root.Options.Add(new HelpOption("--help", "-h"));
        root.Directives.Clear();
        var suggest = new SuggestDirective();
        suggest.Action = new SuggestAction(host, suggest);
        root.Directives.Add(suggest);
        return root;
    }

    private static async Task<int> ReportAsync(ParseResult parsed, CliEnvironment environment)
    {
        var error = new CliContext(environment, parsed, new GlobalOptions()).Error;
        foreach (var message in parsed.Errors.Select(problem => problem.Message).Distinct())
            error.WriteLine($"orchestrator: {string.Join(' ', message.Split((char[])['\n', '\t'], StringSplitOptions.RemoveEmptyEntries))}");
        var path = new List<string>();
        for (var command = parsed.CommandResult; command is not null; command = command.Parent as System.CommandLine.Parsing.CommandResult)
            path.Insert(0, command.Command is RootCommand ? "orchestrator" : command.Command.Name);
        error.WriteLine($"See '{string.Join(' ', path)} --help'.");
        await environment.Error.FlushAsync();
        return ExitCodes.Usage;
    }
}
