using System.Text.RegularExpressions;
using Orchestrator.Host.Cli;
using Orchestrator.Host.Tests.Docs;

namespace Orchestrator.Host.Tests.Packaging;

/// <summary>Command lines that documents and packages have, as the program reads them.</summary>
internal static partial class CommandLines
{
    /// <summary>What the program says against them; empty if it takes them.</summary>
    public static IEnumerable<string> ErrorsOf(params IEnumerable<string> arguments)
    {
        var environment = new CliEnvironment
        {
            Out = TextWriter.Null,
            Error = TextWriter.Null,
            OpenInput = () => Stream.Null,
            OpenOutput = () => Stream.Null,
            Variable = _ => null,
            Width = () => 80,
            Time = TimeProvider.System,
            Interrupts = new Interrupts(),
        };
        var root = CommandLine.BuildRoot(new CommandHost(environment), (_, _) => throw new InvalidOperationException());
        return root.Parse([.. arguments], CommandLine.ParserConfiguration).Errors.Select(error => error.Message);
    }

    /// <summary>The lines of a document's shell blocks, or of its indented ones, that begin with <c>orchestrator</c>, without it and without comments.</summary>
    public static IReadOnlyList<string[]> Of(string document) =>
        [.. Line().Matches(Repository.Read(document)).Select(match => match.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))];

    [GeneratedRegex(@"^(?: {4})?orchestrator ([^#\n]*)", RegexOptions.Multiline)]
    private static partial Regex Line();
}
