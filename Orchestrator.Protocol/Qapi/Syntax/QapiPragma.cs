namespace Orchestrator.Protocol.Qapi.Syntax;

/// <summary>
/// Pragmas switch QEMU's own style rules off and on. They change nothing on the wire, so they are only checked for their form.
/// </summary>
internal static class QapiPragma
{
    public static void Check(QapiObjectNode body, QapiNode pragma)
    {
        if (body.Properties.Count != 1)
            throw new QapiSchemaException(body.Position, "'pragma' alone in its expression", $"{body.Properties.Count} keys");
        if (pragma is not QapiObjectNode settings)
            throw new QapiSchemaException(pragma.Position, "an object of pragmas", pragma.Description);
        foreach (var setting in settings.Properties)
            Check(setting);
    }

    private static void Check(QapiProperty setting)
    {
        switch (setting.Name)
        {
            case "doc-required" when setting.Value is not QapiBooleanNode:
                throw new QapiSchemaException(setting.Value.Position, "true or false", setting.Value.Description);
            case "doc-required":
                return;
            case "command-name-exceptions" or "command-returns-exceptions" or "documentation-exceptions" or "member-name-exceptions":
                if (setting.Value is QapiArrayNode names && names.Items.All(name => name is QapiStringNode))
                    return;
                throw new QapiSchemaException(setting.Value.Position, "an array of names", setting.Value.Description);
            default:
                throw new QapiSchemaException(setting.Position, "a pragma of the schema language", $"'{setting.Name}'");
        }
    }
}
