namespace Orchestrator.Protocol.Qapi;

/// <summary>A command of a schema.</summary>
public sealed class QapiCommand
{
    internal QapiCommand(string name, QapiObjectType arguments)
    {
        Name = name;
        ArgumentsType = arguments;
    }

    /// <summary>As on the wire.</summary>
    public string Name { get; }

    /// <summary>From the comment block of the definition.</summary>
    public QapiDocumentation Documentation { get; internal init; } = QapiDocumentation.None;

    /// <summary>The <c>arguments</c> object; a union only when the definition is boxed.</summary>
    public QapiObjectType ArgumentsType { get; }

    /// <summary>The arguments that do not depend on another argument's value, in the order of the schema.</summary>
    public IReadOnlyList<QapiMember> Arguments => ArgumentsType.Members;

    /// <summary>The type of <c>return</c>. Null: an object without content, or nothing at all (see <see cref="SuccessResponse"/>).</summary>
    public QapiType? Returns { get; internal init; }

    /// <summary>False: success is never answered, only failure; success shows in the state of the VM.</summary>
    public bool SuccessResponse { get; internal init; } = true;

    /// <summary>May be sent with <c>exec-oob</c>.</summary>
    public bool AllowOutOfBand { get; internal init; }

    /// <summary>May be sent before the machine exists.</summary>
    public bool AllowPreconfig { get; internal init; }

    /// <summary>Runs as a coroutine in QEMU; of no effect on the wire.</summary>
    public bool Coroutine { get; internal init; }

    /// <summary>The schema does not list all arguments (<c>gen: false</c>): others are passed on unchecked.</summary>
    public bool AcceptsOtherArguments { get; internal init; }

    /// <summary>From the features <c>read-only</c> and <c>idempotent</c>; a command with neither is <see cref="CommandClass.NonIdempotent"/>.</summary>
    public CommandClass Class { get; internal init; }

    /// <summary>Names of the features of the command.</summary>
    public IReadOnlyList<string> Features { get; internal init; } = [];

    /// <summary>The agent does not know it; Orchestrator makes it out of other commands.</summary>
    public bool IsComposite => Features.Contains("composite");

    /// <summary>Changes nothing in the guest's state, but the answer is given only once: a lost reply loses the result.</summary>
    public bool IsDestructiveRead => Features.Contains("destructive-read");

    /// <summary>On which builds the command exists; null for everywhere.</summary>
    public QapiCondition? Condition { get; internal init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
