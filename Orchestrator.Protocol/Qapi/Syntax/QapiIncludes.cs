namespace Orchestrator.Protocol.Qapi.Syntax;

/// <summary>
/// Loads a schema file with everything it includes, in the order of inclusion. A file that is included twice is read once;
/// a file that includes itself, directly or not, is an error.
/// </summary>
internal sealed class QapiIncludes(IQapiSource source)
{
    /// <summary>Files that include each other in a row; QEMU's own reach 4.</summary>
    private const int MaxNesting = 32;

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly List<string> _open = [];

    /// <summary>All definitions, without include and pragma expressions.</summary>
    public List<QapiExpression> Definitions { get; } = [];

    /// <summary>May be called for several files; what one has included is not read again.</summary>
    public void Load(string path) => Load(QapiPath.Normalize(path), new QapiPosition(path, 1, 1));

    private void Load(string path, QapiPosition wanted)
    {
        if (_open.Contains(path))
            throw new QapiSchemaException(wanted, "includes without a loop", string.Join(" -> ", _open.Append(path)));
        if (!_seen.Add(path))
            return;
        if (_open.Count == MaxNesting)
            throw new QapiSchemaException(wanted, $"at most {MaxNesting} files that include each other in a row", "one more");
        _open.Add(path);
        foreach (var expression in QapiExpressionParser.Parse(path, Read(path, wanted)))
            Load(path, expression);
        _open.RemoveAt(_open.Count - 1);
    }

    private string Read(string path, QapiPosition wanted)
    {
        try
        {
            return source.TryRead(path, out var text) ? text : throw new QapiSchemaException(wanted, "a schema file that exists", $"'{path}'");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new QapiSchemaException(wanted, "a schema file that can be read", $"'{path}': {error.Message}");
        }
    }

    private void Load(string path, QapiExpression expression)
    {
        if (expression.Body["include"] is not null || expression.Body["pragma"] is not null)
            expression.Documentation?.RejectOrphan();
        if (expression.Body["include"] is { } include)
            Load(QapiPath.Resolve(path, Target(expression.Body, include)), include.Position);
        else if (expression.Body["pragma"] is { } pragma)
            QapiPragma.Check(expression.Body, pragma);
        else
            Definitions.Add(expression);
    }

    private static string Target(QapiObjectNode body, QapiNode include)
    {
        if (body.Properties.Count != 1)
            throw new QapiSchemaException(body.Position, "'include' alone in its expression", $"{body.Properties.Count} keys");
        return include is QapiStringNode { Value.Length: > 0 } target
            ? target.Value
            : throw new QapiSchemaException(include.Position, "a file name", include.Description);
    }
}
