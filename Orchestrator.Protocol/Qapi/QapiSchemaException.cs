namespace Orchestrator.Protocol.Qapi;

/// <summary>A schema file breaks the QAPI schema language. The message reads like a compiler's: <c>file:line:column: expected …, found …</c>.</summary>
public sealed class QapiSchemaException : Exception
{
    internal QapiSchemaException(QapiPosition position, string expected, string actual)
        : base($"{position}: expected {expected}, found {actual}")
    {
        Position = position;
        Expected = expected;
        Actual = actual;
    }

    /// <summary>Where the offending token or name starts.</summary>
    public QapiPosition Position { get; }

    /// <summary>What the language allows at that place.</summary>
    public string Expected { get; }

    /// <summary>What stands there instead.</summary>
    public string Actual { get; }
}
