namespace Orchestrator.Protocol.Qapi;

/// <summary>Arguments do not fit their command. Nothing was sent.</summary>
public sealed class QapiValidationException : Exception
{
    internal QapiValidationException(string command, QapiViolation violation)
        : base($"{command}: {violation}")
    {
        Command = command;
        Violation = violation;
    }

    /// <summary>The command's name on the wire.</summary>
    public string Command { get; }

    /// <summary>Path, expectation, finding and hint together.</summary>
    public QapiViolation Violation { get; }

    /// <summary>For example <c>arguments.buf-b64</c>.</summary>
    public string Path => Violation.Path;

    /// <summary>What the schema asks for.</summary>
    public string Expected => Violation.Expected;

    /// <summary>What was given, by form; string values are never repeated, they may be secrets.</summary>
    public string Actual => Violation.Actual;
}
