namespace Orchestrator.Protocol.Qapi;

/// <summary>How the operands of a <see cref="QapiCondition"/> combine.</summary>
public enum QapiConditionKind
{
    /// <summary>A configuration symbol; no operands.</summary>
    Symbol,

    /// <summary>Every operand holds.</summary>
    All,

    /// <summary>At least one operand holds.</summary>
    Any,

    /// <summary>The single operand does not hold.</summary>
    Not,
}

/// <summary>
/// An <c>if</c> of the schema: on which builds the definition exists. Kept for display only;
/// types are checked as if every condition held, because the peer's build is not known.
/// </summary>
public sealed record QapiCondition(QapiConditionKind Kind, string? Symbol, IReadOnlyList<QapiCondition> Operands)
{
    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        QapiConditionKind.Symbol => Symbol!,
        QapiConditionKind.Not => $"!{Operands[0]}",
        QapiConditionKind.All => $"({string.Join(" && ", Operands)})",
        _ => $"({string.Join(" || ", Operands)})",
    };
}
