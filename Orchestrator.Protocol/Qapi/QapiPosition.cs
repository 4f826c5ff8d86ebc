namespace Orchestrator.Protocol.Qapi;

/// <summary>A place in a schema file. Line and column count from 1; the column counts UTF-16 units.</summary>
public readonly record struct QapiPosition(string File, int Line, int Column)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}:{Line}:{Column}";
}
