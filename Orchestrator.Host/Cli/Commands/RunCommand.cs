using System.CommandLine;
using System.Text.Json;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>run -t SELECTOR -- PROGRAM ARGUMENT…</c>: a program in each guest, without a shell unless <c>--sh</c> asks for one.</summary>
internal sealed class RunCommand
{
    private readonly Argument<string[]> _program = new("program")
    {
        Description = "The program and its arguments, behind --",
        HelpName = "PROGRAM ARGUMENT...",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string[]> _environment = new("--env")
    {
        Description = "An environment variable of the program",
        HelpName = "NAME=VALUE",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<string?> _input = new("--input") { Description = "File for the program's standard input; - for this one's", HelpName = "FILE" };

    private readonly Option<string?> _script = new("--sh") { Description = "Run a script by /bin/sh -c instead", HelpName = "SCRIPT" };

    private readonly Option<bool> _fullOutput = new("--full-output")
    {
        Arity = ArgumentArity.Zero,
        Description = "Up to 64 MiB of output, by way of files in the guest's /tmp, instead of the agent's 16 MiB; needs /bin/sh there",
    };

    public static Command Create(CommandHost host)
    {
        var run = new RunCommand();
        var command = new Command("run", "Runs a program in guests") { run._environment, run._input, run._script, run._fullOutput, run._program };
        return new FanOutVerb(OutputFormat.Fold, OutcomeTables.Programs).Build(command, host, hasPrograms: true, run.RequestAsync);
    }

    private async Task<byte[]> RequestAsync(CliContext context, string target, Action<Utf8JsonWriter> options, CancellationToken cancellation)
    {
        var variables = context.Parsed.GetValue(_environment) ?? [];
        if (variables.FirstOrDefault(variable => variable.IndexOf('=') <= 0) is { } wrong)
            throw CliException.Usage($"--env: '{wrong}' is not NAME=VALUE");
        var input = context.Parsed.GetValue(_input) is { } path ? await ReadInputAsync(path, context.Environment, cancellation) : null;
        return JobRequest.Program(target, Argv(context.Parsed), variables, input, context.Parsed.GetValue(_fullOutput), options);
    }

    private string[] Argv(ParseResult parsed)
    {
        var program = parsed.GetValue(_program) ?? [];
        return (parsed.GetValue(_script), program) switch
        {
            (null, []) => throw CliException.Usage("run what? Write -- PROGRAM ARGUMENT..., or --sh 'SCRIPT'"),
            (null, _) => program,
            // The shell takes what follows its script as $0, $1 and so on.
            ({ } script, []) => ["/bin/sh", "-c", script],
            ({ } script, _) => ["/bin/sh", "-c", script, "sh", .. program],
        };
    }

    private static async Task<byte[]> ReadInputAsync(string path, CliEnvironment environment, CancellationToken cancellation)
    {
        try
        {
            await using var stream = path == "-" ? environment.TakeInput() : File.OpenRead(path);
            using var bytes = new MemoryStream();
            await stream.CopyToAsync(bytes, cancellation);
            return bytes.ToArray();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"--input: cannot read '{path}': {error.Message}");
        }
    }
}
