using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.SourceGenerator.Emitters;
using Orchestrator.Protocol.SourceGenerator.Model;

namespace Orchestrator.Protocol.SourceGenerator;

/// <summary>
/// Turns the QAPI schema files of a project (items <c>QapiSchema</c>) into C#: types, events, and commands as methods of a client. A file that
/// breaks the schema language is an error at the place in that file.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class QapiGenerator : IIncrementalGenerator
{
    internal const string SchemasStep = "Schemas";

    private static readonly DiagnosticDescriptor SchemaError = new(
        "QAPI001", "QAPI schema error", "expected {0}, found {1}", "QapiSchema", DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var files = context.AdditionalTextsProvider
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Select(static (pair, cancellationToken) => SchemaFile.TryRead(pair.Left, pair.Right, cancellationToken))
            .Where(static file => file is not null)
            .Select(static (file, _) => file!)
            .Collect()
            .WithTrackingName(SchemasStep);
        context.RegisterSourceOutput(files, Generate);
    }

    private static void Generate(SourceProductionContext context, ImmutableArray<SchemaFile> all)
    {
        var files = new SchemaFiles(all);
        foreach (var root in files.Roots())
        {
            try
            {
                foreach (var file in new SchemaEmitter(root, QapiSchema.Load(files.Source, root.Path)).Emit(files.With(root)))
                    context.AddSource(file.Name, SourceText.From(file.Text, System.Text.Encoding.UTF8));
            }
            catch (QapiSchemaException e)
            {
                context.ReportDiagnostic(Diagnostic.Create(SchemaError, LocationOf(e.Position), e.Expected, e.Actual));
            }
            context.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static Location LocationOf(QapiPosition position)
    {
        var place = new LinePosition(position.Line - 1, position.Column - 1);
        return Location.Create(position.File, default, new LinePositionSpan(place, place));
    }
}
