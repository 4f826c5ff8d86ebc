using System.CommandLine;
using System.Globalization;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;
using Orchestrator.Host.Cli.Targets;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>set EXPR</c>: the names that a selector means, as a nodeset, one by one, or counted.</summary>
internal sealed class SetCommand
{
    private readonly Argument<string[]> _selectors = new("selector")
    {
        Description = "Selector of VMs, or ^FILE or - for a list of names; of more than one, any of them",
        HelpName = "EXPR",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string[]> _exclude = new("--exclude", "-x")
    {
        Description = "Selector of VMs to leave out, or ^FILE or -",
        HelpName = "EXPR",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<bool> _expand = new("--expand", "-e") { Arity = ArgumentArity.Zero, Description = "One name per line" };
    private readonly Option<bool> _count = new("--count", "-c") { Arity = ArgumentArity.Zero, Description = "How many names there are" };
    private readonly Option<bool> _fold = new("--fold", "-f") { Arity = ArgumentArity.Zero, Description = "A nodeset, which is a selector too, such as web[1-3,7] [default]" };
    private readonly Option<bool> _local = new("--local") { Arity = ArgumentArity.Zero, Description = "Of the names that are written in EXPR, without asking a server which VMs there are" };

    public static Command Create(CommandHost host)
    {
        var set = new SetCommand();
        set._selectors.CompletionSources.Add(_ => host.Names.Vms());
        set._exclude.CompletionSources.Add(_ => host.Names.Vms());
        var command = new Command("set", "Shows which names a selector means") { set._selectors, set._exclude, set._expand, set._count, set._fold, set._local };
        host.Handle(command, set.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(CliContext context, CancellationToken cancellation)
    {
        var parsed = context.Parsed;
        var (expand, count) = (parsed.GetValue(_expand), parsed.GetValue(_count));
        if (((bool[])[expand, count, parsed.GetValue(_fold)]).Count(asked => asked) > 1)
            throw CliException.Usage("give one of -e, -c and -f");
        var selector = SelectorText.Combine(
            await NameList.ExpandAsync(parsed.GetRequiredValue(_selectors), context.Environment, cancellation),
            await NameList.ExpandAsync(parsed.GetValue(_exclude) ?? [], context.Environment, cancellation));
        var found = parsed.GetValue(_local) ? LocalNames.Of(selector) : await ServersNamesAsync(context, selector, cancellation);
        string[] names = [.. found.Distinct(StringComparer.Ordinal).Order(NaturalOrder.Instance)];
        if (count)
            context.Out.WriteLine(names.Length.ToString(CultureInfo.InvariantCulture));
        else if (expand)
            Array.ForEach(names, context.Out.WriteLine);
        else if (names.Length > 0)
            context.Out.WriteLine(NodeSetText.Fold(names));
        return names.Length > 0 ? ExitCodes.Ok : throw new CliException(ExitCodes.NoTargets, $"'{selector}' leaves no name");
    }

    private static async Task<IEnumerable<string>> ServersNamesAsync(CliContext context, string selector, CancellationToken cancellation)
    {
        using var server = context.Connect();
        var found = await server.GetAsync(Query.Path("v1/vms", ("target", selector)), cancellation);
        return found.Items().Select(vm => vm.Text("name")).OfType<string>();
    }
}
