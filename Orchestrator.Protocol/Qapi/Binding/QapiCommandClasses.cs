namespace Orchestrator.Protocol.Qapi.Binding;

/// <summary>Reads the command class from the features <c>read-only</c> and <c>idempotent</c>.</summary>
internal static class QapiCommandClasses
{
    /// <summary>QEMU's commands have no such features: by its naming rules, <c>query-*</c> only reads.</summary>
    public static CommandClass OfQmp(string name, IReadOnlyList<string> features) =>
        features.Contains("read-only") || name.StartsWith("query-", StringComparison.Ordinal) ? CommandClass.ReadOnly
        : features.Contains("idempotent") ? CommandClass.Idempotent
        : CommandClass.NonIdempotent;

    public static CommandClass Of(QapiCommandDefinition definition)
    {
        var readOnly = definition.Common.Features.Contains("read-only");
        var idempotent = definition.Common.Features.Contains("idempotent");
        if (readOnly && idempotent)
            throw new QapiSchemaException(definition.Position, "one of the features 'read-only' and 'idempotent'", "both");
        return readOnly ? CommandClass.ReadOnly : idempotent ? CommandClass.Idempotent : CommandClass.NonIdempotent;
    }
}
