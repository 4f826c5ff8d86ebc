using System.CommandLine;

namespace Orchestrator.Host.Cli.Completion;

/// <summary><c>completion SHELL</c>: the script that makes a shell ask this program what could come next.</summary>
internal static class CompletionCommand
{
    public static Command Create(CommandHost host)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh, fish or pwsh", HelpName = "SHELL" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        var command = new Command("completion", "Prints a shell's completion script, such as for: source <(orchestrator completion bash)") { shell };
        host.Handle(command, (context, _) =>
        {
            context.Out.WriteDocument(Script(context.Parsed.GetRequiredValue(shell)));
            return Task.FromResult(ExitCodes.Ok);
        });
        return command;
    }

    private static string Script(string shell)
    {
        var resource = $"{typeof(CompletionCommand).Namespace}.Scripts.orchestrator.{shell}";
        using var reader = new StreamReader(typeof(CompletionCommand).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"the resource {resource} is not in this build"));
        return reader.ReadToEnd();
    }
}
