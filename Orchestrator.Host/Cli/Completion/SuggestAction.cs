using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Orchestrator.Host.Cli.Connection;

namespace Orchestrator.Host.Cli.Completion;

/// <summary>
/// <c>orchestrator "[suggest:POSITION]" "LINE"</c>: what could stand at a position of a command line, one per line.
/// Asked by the scripts of <c>orchestrator completion</c> at every press of the tabulator key.
/// </summary>
internal sealed class SuggestAction(CommandHost host, Directive directive) : AsynchronousCommandLineAction
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public override async Task<int> InvokeAsync(ParseResult parseResult, CancellationToken cancellationToken = default)
    {
        var line = parseResult.Tokens.LastOrDefault(token => token.Type is not TokenType.Directive)?.Value ?? "";
        var value = parseResult.GetResult(directive)?.Values.FirstOrDefault();
        var position = int.TryParse(value, out var given) ? Math.Clamp(given, 0, line.Length) : line.Length;
        var typed = parseResult.RootCommandResult.Command.Parse(WithoutProgram(line, ref position), CommandLine.ParserConfiguration);

        var suggestions = Suggest(typed, position);
        if (host.Names.AreWanted)
        {
            await FetchAsync(typed);
            suggestions = Suggest(typed, position);
        }
        var output = new CliContext(host.Environment, typed, host.Globals).Out;
        foreach (var suggestion in suggestions)
            output.WriteLine(suggestion);
        output.Flush();
        return ExitCodes.Ok;
    }

    // Options come up once their dash is typed: before that they would hide the names.
    private static List<string> Suggest(ParseResult typed, int position)
    {
        var items = typed.GetCompletions(position).Select(item => item.InsertText ?? item.Label).Distinct(StringComparer.Ordinal).ToList();
        var names = items.Where(item => !item.StartsWith('-')).ToList();
        return names.Count > 0 ? names : items;
    }

    private async Task FetchAsync(ParseResult typed)
    {
        using var timeout = new CancellationTokenSource(Patience, host.Environment.Time);
        try
        {
            using var server = new ServerClient(host.Globals.Endpoint(typed, host.Environment), host.Environment.Time);
            await host.Names.FetchAsync(server, timeout.Token);
        }
        catch (CliException)
        {
            // A half-typed --server is no reason to write into the line.
        }
    }

    // The line begins with the program as it was typed, with or without a path.
    private static string WithoutProgram(string line, ref int position)
    {
        var end = line.IndexOf(' ');
        if (end < 0)
        {
            position = 0;
            return "";
        }
        position = Math.Max(0, position - end - 1);
        return line[(end + 1)..];
    }
}
