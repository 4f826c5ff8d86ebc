extern alias generator;

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using QapiGenerator = generator::Orchestrator.Protocol.SourceGenerator.QapiGenerator;

namespace Orchestrator.Protocol.Tests.SourceGenerator;

/// <summary>The generator in a compilation, as the compiler runs it.</summary>
internal sealed class GeneratorRun
{
    public const string Folder = "/schemas/";

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest);
    private readonly AdditionalText[] _files;
    private GeneratorDriver _driver;

    public GeneratorRun(params (string Path, string Text)[] schemas)
        : this(new Dictionary<string, string> { ["Namespace"] = "Acme" }, schemas)
    {
    }

    public GeneratorRun(Dictionary<string, string> metadata, params (string Path, string Text)[] schemas)
    {
        _files = [.. schemas.Select(schema => (AdditionalText)new SchemaText(Folder + schema.Path, schema.Text))];
        _driver = CSharpGeneratorDriver.Create(
            [new QapiGenerator().AsSourceGenerator()],
            _files,
            Language,
            new Options(metadata),
            new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        Compilation = CSharpCompilation.Create("Acme", [], References(), new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        Run();
    }

    public CSharpCompilation Compilation { get; private set; }

    public GeneratorRunResult Result => _driver.GetRunResult().Results[0];

    /// <summary>All generated code, without the files' headers.</summary>
    public string Code => string.Concat(Result.GeneratedSources
        .Select(source => source.SourceText.ToString())
        .Select(text => text[text.IndexOf("\nnamespace", StringComparison.Ordinal)..]));

    /// <summary>What the compiler says of it: hidden and informational messages left out.</summary>
    public IEnumerable<Diagnostic> CompilerDiagnostics =>
        Compilation.AddSyntaxTrees(Result.GeneratedSources.Select(source => source.SyntaxTree))
            .GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning);

    public void AddCode(string code)
    {
        Compilation = Compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText(code, Language));
        Run();
    }

    public void Replace(string path, string text)
    {
        _driver = _driver.ReplaceAdditionalText(_files.Single(file => file.Path == Folder + path), new SchemaText(Folder + path, text));
        Run();
    }

    private void Run() => _driver = _driver.RunGenerators(Compilation);

    private static IEnumerable<MetadataReference> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "Orchestrator.Protocol.dll" or "netstandard.dll"))
            .Select(path => MetadataReference.CreateFromFile(path));

    private sealed class SchemaText(string path, string text) : AdditionalText
    {
        public override string Path => path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
    }

    private sealed class Options(Dictionary<string, string> metadata) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Values([]);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => new Values([]);

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => new Values(
            metadata.Append(new("IsQapiSchema", "true")).ToDictionary(entry => "build_metadata.AdditionalFiles." + entry.Key, entry => entry.Value));
    }

    private sealed class Values(Dictionary<string, string> values) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, out string value) => values.TryGetValue(key, out value!);
    }
}
