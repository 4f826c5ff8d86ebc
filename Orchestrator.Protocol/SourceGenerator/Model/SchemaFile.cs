using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Orchestrator.Protocol.SourceGenerator.Model;

/// <summary>
/// One schema file of the project that is compiled. Compared by value: what is made of unchanged files is not made again.
/// </summary>
/// <param name="Path">Absolute, with forward slashes.</param>
/// <param name="Text">The whole file.</param>
/// <param name="Namespace">Of the C# code that is made of it.</param>
/// <param name="IsQmp">QEMU runs its commands; otherwise an agent in the guest.</param>
/// <param name="RuntimeSchema">C# expression of the schema against which a guest's replies are checked; empty: made of the files themselves.</param>
internal sealed record SchemaFile(string Path, string Text, string Namespace, bool IsQmp, string RuntimeSchema)
{
    private const string Metadata = "build_metadata.AdditionalFiles.";

    /// <returns>Null for additional files that are no schemas.</returns>
    public static SchemaFile? TryRead(AdditionalText file, AnalyzerConfigOptionsProvider provider, CancellationToken cancellationToken)
    {
        var options = provider.GetOptions(file);
        if (Value(options, Metadata + "IsQapiSchema") != "true" || file.GetText(cancellationToken) is not { } text)
            return null;
        var explicitNamespace = Value(options, Metadata + "Namespace");
        return new SchemaFile(
            file.Path.Replace('\\', '/'),
            text.ToString(),
            explicitNamespace.Length > 0 ? explicitNamespace : Value(provider.GlobalOptions, "build_property.RootNamespace"),
            string.Equals(Value(options, Metadata + "Peer"), "Qmp", StringComparison.OrdinalIgnoreCase),
            Value(options, Metadata + "RuntimeSchema"));
    }

    private static string Value(AnalyzerConfigOptions options, string key) => options.TryGetValue(key, out var value) ? value : "";
}
