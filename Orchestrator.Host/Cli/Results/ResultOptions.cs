using System.CommandLine;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Results;

/// <summary>How a command shows the outcomes of its job: the form, what is compared, what is left out, and where files go.</summary>
internal sealed class ResultOptions(string defaultFormat)
{
    private const string Everything = "all";

    private readonly Option<string> _format = OutputFormat.Option(
        [defaultFormat, .. ((string[])[OutputFormat.Table, OutputFormat.Fold, OutputFormat.Ndjson, OutputFormat.Json, OutputFormat.Yaml]).Where(format => format != defaultFormat)]);

    private readonly Option<bool> _fold = new("--fold", "-b") { Arity = ArgumentArity.Zero, Description = "The same as -o fold: VMs with equal results under one heading" };

    private readonly Option<string[]> _ignore = Ignore();

    private readonly Option<string?> _difference = new(OptionalValue.Difference)
    {
        Description = "Differences of all results against this VM's; without =VM, against those of the largest group",
        HelpName = "VM",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<MemberPath?> _aggregate = new("--agg")
    {
        Description = "How often each value of a member is there, such as pretty-name, [].name or . for the whole result",
        HelpName = "MEMBER",
        CustomParser = result =>
        {
            try
            {
                return MemberPath.Parse(result.Tokens[^1].Value);
            }
            catch (CliException error)
            {
                result.AddError($"--agg: {error.Message}");
                return null;
            }
        },
    };

    private readonly Option<string?> _directory = new("--outdir") { Description = "Also write each VM's result to a file in this directory, and lists of names by outcome", HelpName = "DIR" };

    private readonly Option<string[]> _show = Show();

    /// <summary>The option that names members to leave out of comparisons; each value is a <see cref="MemberPath"/>.</summary>
    public static Option<string[]> Ignore() => new("--ignore")
    {
        Description = "A member that does not count when results are compared, besides times and counters; may be repeated",
        HelpName = "MEMBER",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    public void AddTo(Command command)
    {
        command.Add(_format);
        command.Add(_fold);
        command.Add(_ignore);
        command.Add(_difference);
        command.Add(_aggregate);
        command.Add(_directory);
        command.Add(_show);
    }

    /// <summary>The form alone, for what are no results.</summary>
    public string Format(ParseResult parsed) => parsed.GetValue(_format)!;

    /// <summary>What the command line asks for.</summary>
    /// <exception cref="CliException">Two options contradict each other, or a member is no <see cref="MemberPath"/>.</exception>
    public ResultForm Read(CliContext context)
    {
        var parsed = context.Parsed;
        var fold = parsed.GetValue(_fold);
        if (fold && parsed.GetResult(_format) is { Implicit: false } && parsed.GetValue(_format) != OutputFormat.Fold)
            throw CliException.Usage("give either -b or another form with -o, not both");
        var (reference, aggregate) = (parsed.GetValue(_difference), parsed.GetValue(_aggregate));
        if (reference is not null && aggregate is not null)
            throw CliException.Usage("give either --diff or --agg, not both");
        var ignored = parsed.GetValue(_ignore) ?? [];
        foreach (var member in ignored)
            MemberPath.Parse(member);
        var shown = parsed.GetValue(_show) ?? [];
        return new ResultForm(fold ? OutputFormat.Fold : parsed.GetValue(_format)!)
        {
            Shown = shown.Length == 0 || shown.Contains(Everything) ? OutcomeKind.All : shown,
            Ignored = ignored,
            Reference = reference == OptionalValue.None ? "" : reference,
            Aggregate = aggregate,
            Directory = parsed.GetValue(_directory),
        };
    }

    private static Option<string[]> Show()
    {
        string[] kinds = [.. OutcomeKind.All, Everything];
        var option = new Option<string[]>("--show")
        {
            Description = $"Only outcomes of this kind: {string.Join(", ", kinds)}; may be repeated. The exit code counts all",
            HelpName = "KIND",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        };
        return option.AcceptOnlyFromAmong(kinds);
    }
}
