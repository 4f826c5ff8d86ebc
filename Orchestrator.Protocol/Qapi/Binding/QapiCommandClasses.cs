namespace Orchestrator.Protocol.Qapi.Binding;

/// <summary>Reads the command class from the features <c>read-only</c> and <c>idempotent</c>.</summary>
internal static class QapiCommandClasses
{
    public static CommandClass Of(QapiCommandDefinition definition)
    {
        var readOnly = definition.Common.Features.Contains("read-only");
        var idempotent = definition.Common.Features.Contains("idempotent");
        if (readOnly && idempotent)
            throw new QapiSchemaException(definition.Position, "one of the features 'read-only' and 'idempotent'", "both");
        return readOnly ? CommandClass.ReadOnly : idempotent ? CommandClass.Idempotent : CommandClass.NonIdempotent;
    }
}
