using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Qapi.Syntax;

namespace Orchestrator.Protocol.SourceGenerator.Model;

/// <summary>The schema files of a project. Those that no other includes are the roots: code is made of each, with all it includes.</summary>
internal sealed class SchemaFiles(ImmutableArray<SchemaFile> files)
{
    private readonly Dictionary<string, SchemaFile> _byPath = files.GroupBy(file => file.Path).ToDictionary(group => group.Key, group => group.First());

    public IEnumerable<SchemaFile> Roots()
    {
        var included = new HashSet<string>(_byPath.Values.SelectMany(IncludesOf), StringComparer.Ordinal);
        var roots = _byPath.Values.Where(file => !included.Contains(file.Path)).ToArray();
        // Files that include each other in a circle have no root: each of them has that error.
        return (roots.Length > 0 ? roots : [.. _byPath.Values]).OrderBy(file => file.Path, StringComparer.Ordinal);
    }

    /// <summary>The root and everything it includes, itself first.</summary>
    public IReadOnlyList<SchemaFile> With(SchemaFile root)
    {
        var found = new List<SchemaFile> { root };
        for (var at = 0; at < found.Count; at++)
        {
            foreach (var path in IncludesOf(found[at]))
            {
                if (_byPath.TryGetValue(path, out var file) && !found.Contains(file))
                    found.Add(file);
            }
        }
        return found;
    }

    public IQapiSource Source => new FileSource(_byPath);

    /// <summary>A file that cannot be parsed includes nothing: its error is found when it is loaded.</summary>
    private static IEnumerable<string> IncludesOf(SchemaFile file)
    {
        try
        {
            return [.. QapiExpressionParser.Parse(file.Path, file.Text)
                .Select(expression => expression.Body["include"])
                .OfType<QapiStringNode>()
                .Select(include => QapiPath.Resolve(file.Path, include.Value))];
        }
        catch (QapiSchemaException)
        {
            return [];
        }
    }

    private sealed class FileSource(Dictionary<string, SchemaFile> files) : IQapiSource
    {
        public bool TryRead(string path, [NotNullWhen(true)] out string? text)
        {
            text = files.TryGetValue(path, out var file) ? file.Text : null;
            return text is not null;
        }
    }
}
