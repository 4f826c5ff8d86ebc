using System.Text.RegularExpressions;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.SourceGenerator.Emitters;

/// <summary>Descriptions of the schema as XML documentation.</summary>
internal static class DocumentationEmitter
{
    private static readonly Regex ReferenceToName = new("@([A-Za-z0-9_-]+)");

    /// <param name="code">Where to.</param>
    /// <param name="documentation">Of a definition.</param>
    /// <param name="wireName">Of a command or event; null for types.</param>
    /// <param name="parameters">Arguments of a method.</param>
    public static void Definition(CodeWriter code, QapiDocumentation documentation, string? wireName = null, IEnumerable<(string Name, string? Text)>? parameters = null)
    {
        var paragraphs = documentation.Text.Split(["\n\n"], StringSplitOptions.RemoveEmptyEntries);
        if (paragraphs.Length > 0)
            code.Line($"/// <summary>{Text(paragraphs[0])}</summary>");
        foreach (var (name, text) in parameters ?? [])
        {
            if (text is not null)
                code.Line($"/// <param name=\"{name}\">{Sentence(text)}</param>");
        }
        if (documentation.Returns is { } returns)
            code.Line($"/// <returns>{Sentence(returns)}</returns>");
        string[] remarks =
        [
            .. paragraphs.Skip(1).Select(Text),
            .. documentation.Errors is { } errors ? [$"Fails: {Text(errors)}"] : Array.Empty<string>(),
            .. Origin(wireName, documentation.Since),
        ];
        if (remarks.Length == 1)
            code.Line($"/// <remarks>{remarks[0]}</remarks>");
        else if (remarks.Length > 1)
            code.Line($"/// <remarks>{string.Concat(remarks.Select(remark => $"<para>{remark}</para>"))}</remarks>");
    }

    public static void Summary(CodeWriter code, string? text)
    {
        if (text is { Length: > 0 })
            code.Line($"/// <summary>{Sentence(text)}</summary>");
    }

    private static string[] Origin(string? wireName, string? since) => (wireName, since) switch
    {
        (null, null) => [],
        (null, _) => [$"Since {Text(since!)}."],
        (_, null) => [$"<c>{wireName}</c>."],
        _ => [$"<c>{wireName}</c>, since {Text(since)}."],
    };

    /// <summary>Members are described by a phrase: 'release field of uname'.</summary>
    private static string Sentence(string text)
    {
        var escaped = Text(text);
        return (char.ToUpperInvariant(escaped[0]) + escaped.Substring(1)).TrimEnd('.') + ".";
    }

    private static string Text(string text) =>
        ReferenceToName.Replace(
            text.Replace('\n', ' ').Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Trim(),
            "<c>$1</c>");
}
