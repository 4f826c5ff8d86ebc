using System.Collections.Frozen;

namespace Orchestrator.Protocol.Qapi.Syntax;

/// <summary>
/// Splits a documentation block into sections. Forgiving by design: prose has changed its markup between releases,
/// and whatever is not recognised stays part of the description.
/// </summary>
internal sealed class QapiDocumentationBlock
{
    private readonly List<(string Kind, string Name, List<string> Lines)> _sections = [];
    private bool _inFeatures;

    private QapiDocumentationBlock(QapiPosition position) => Position = position;

    /// <summary>Of its first <c>##</c>.</summary>
    public QapiPosition Position { get; }

    /// <summary>The definition that the block says it is for; null for a free-form block.</summary>
    public string? Symbol { get; private set; }

    public static QapiDocumentationBlock Parse(QapiToken token)
    {
        var block = new QapiDocumentationBlock(token.Position);
        block.Begin("text", "");
        var afterBlank = false;
        foreach (var raw in token.Text.Split('\n'))
        {
            var line = raw.StartsWith(' ') ? raw[1..].TrimEnd() : raw.TrimEnd();
            block.Add(line, afterBlank);
            afterBlank = line.Length == 0;
        }
        return block;
    }

    /// <summary>Documentation that names a definition stands directly in front of it.</summary>
    public void RejectOrphan()
    {
        if (Symbol is not null)
            throw new QapiSchemaException(Position, $"the definition of '{Symbol}' right after its documentation", "something else");
    }

    public QapiDocumentation ToDocumentation() => new()
    {
        Text = string.Join("\n\n", Of("text").Select(section => section.Text).Where(text => text.Length > 0)),
        Members = Named("member"),
        Features = Named("feature"),
        Returns = Single("Returns"),
        Errors = Single("Errors"),
        Since = Single("Since"),
    };

    private void Add(string line, bool afterBlank)
    {
        if (TryReadName(line, out var name, out var rest))
        {
            if (Symbol is null && _sections is [{ Lines.Count: 0 }])
                Symbol = name;
            else
                Begin(_inFeatures ? "feature" : "member", name);
            Append(rest);
            return;
        }
        if (TryReadTag(line, out var tag, out rest))
        {
            _inFeatures = tag == "Features";
            Begin(tag, "");
            Append(rest);
            return;
        }
        // A section's text is indented or directly below its start; an outdented paragraph is description again.
        if (afterBlank && line.Length > 0 && line[0] != ' ' && _sections[^1].Kind != "text")
            Begin("text", "");
        if (line.Length > 0 || _sections[^1].Lines.Count > 0)
            _sections[^1].Lines.Add(line);
    }

    private void Begin(string kind, string name) => _sections.Add((kind, name, []));

    private void Append(string text)
    {
        if (text.Length > 0)
            _sections[^1].Lines.Add(text);
    }

    private static bool TryReadName(string line, out string name, out string rest)
    {
        var colon = line.IndexOf(':');
        var found = line.StartsWith('@') && colon > 1 && !line.AsSpan(0, colon).Contains(' ');
        (name, rest) = found ? (line[1..colon], line[(colon + 1)..].Trim()) : ("", "");
        return found;
    }

    private static bool TryReadTag(string line, out string tag, out string rest)
    {
        foreach (var known in (ReadOnlySpan<string>)["Returns", "Errors", "Since", "Features", "TODO"])
        {
            if (!line.StartsWith(known, StringComparison.Ordinal) || line.Length == known.Length || line[known.Length] != ':')
                continue;
            (tag, rest) = (known, line[(known.Length + 1)..].Trim());
            return true;
        }
        (tag, rest) = ("", "");
        return false;
    }

    private IEnumerable<(string Name, string Text)> Of(string kind) =>
        from section in _sections where section.Kind == kind select (section.Name, string.Join('\n', section.Lines).Trim());

    private string? Single(string kind)
    {
        var text = string.Join(' ', Of(kind).Select(section => Flow(section.Text)));
        return text.Length == 0 ? null : text;
    }

    private FrozenDictionary<string, string> Named(string kind) =>
        Of(kind).GroupBy(section => section.Name).ToFrozenDictionary(group => group.Key, group => Flow(group.First().Text), StringComparer.Ordinal);

    private static string Flow(string text) =>
        string.Join(' ', text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
