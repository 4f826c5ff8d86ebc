namespace Orchestrator.Protocol.SourceGenerator.Emitters;

/// <summary>What the schema calls deprecated is obsolete.</summary>
internal static class DeprecationEmitter
{
    public static void Emit(CodeWriter code, IReadOnlyList<string> features)
    {
        if (features.Contains("deprecated"))
            code.Line("[Obsolete(\"The schema calls it deprecated: a later version may not have it.\")]");
    }
}
