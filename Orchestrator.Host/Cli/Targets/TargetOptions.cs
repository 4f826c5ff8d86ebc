using System.CommandLine;

namespace Orchestrator.Host.Cli.Targets;

/// <summary><c>-t</c>, <c>-x</c> and <c>--all</c>: which VMs a command is for.</summary>
internal sealed class TargetOptions
{
    public Option<string[]> Target { get; } = new("--target", "-t")
    {
        Description = "Selector of VMs, or ^FILE or - for a list of names; given more than once, any of them",
        HelpName = "SELECTOR",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    public Option<string[]> Exclude { get; } = new("--exclude", "-x")
    {
        Description = "Selector of VMs to leave out, or ^FILE or -",
        HelpName = "SELECTOR",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    public Option<bool> All { get; } = new("--all") { Arity = ArgumentArity.Zero, Description = "All VMs" };

    public void AddTo(Command command, CommandHost host)
    {
        Target.CompletionSources.Add(_ => host.Names.Vms());
        Exclude.CompletionSources.Add(_ => host.Names.Vms());
        command.Add(Target);
        command.Add(Exclude);
        command.Add(All);
    }

    /// <summary>The selector for a command that acts on VMs: without <c>-t</c> it must be told <c>--all</c>.</summary>
    /// <exception cref="CliException">Neither or both were given, or a list cannot be read or is empty.</exception>
    public async Task<string> RequiredAsync(CliContext context, CancellationToken cancellation) =>
        await OptionalAsync(context, cancellation)
        ?? throw CliException.Usage("which VMs? Give -t SELECTOR, or --all for every VM");

    /// <summary>The selector for a command that only looks; <see langword="null"/> for all VMs.</summary>
    /// <exception cref="CliException">Both <c>-t</c> and <c>--all</c> were given, or a list cannot be read or is empty.</exception>
    public async Task<string?> OptionalAsync(CliContext context, CancellationToken cancellation)
    {
        var targets = context.Parsed.GetValue(Target) ?? [];
        var excluded = context.Parsed.GetValue(Exclude) ?? [];
        var all = context.Parsed.GetValue(All);
        if (all && targets.Length > 0)
            throw CliException.Usage("give either -t SELECTOR or --all, not both");
        if (targets.Length == 0 && !all)
            return excluded.Length == 0 ? null : throw CliException.Usage("-x leaves out of what? Give -t SELECTOR, or --all for every VM");

        return SelectorText.Combine(
            all ? ["*"] : await NameList.ExpandAsync(targets, context.Environment, cancellation),
            await NameList.ExpandAsync(excluded, context.Environment, cancellation));
    }
}
