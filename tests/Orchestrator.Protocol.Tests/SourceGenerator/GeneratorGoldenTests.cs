namespace Orchestrator.Protocol.Tests.SourceGenerator;

/// <summary>What is made of each construct of the schema language, as text: <c>Golden/NAME.json</c> becomes <c>Golden/NAME.cs.txt</c>.</summary>
public class GeneratorGoldenTests
{
    public static TheoryData<string> Constructs =>
        [.. Directory.EnumerateFiles(Snapshot.Folder("SourceGenerator/Golden"), "*.json").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Constructs))]
    public void Construct_becomes_the_code_that_was_agreed_on_and_compiles_without_a_warning(string construct)
    {
        var schema = File.ReadAllText(Path.Combine(Snapshot.Folder("SourceGenerator/Golden"), construct + ".json"));
        var run = new GeneratorRun((construct + ".json", schema));

        Assert.Empty(run.Result.Diagnostics);
        Assert.Empty(run.CompilerDiagnostics);
        Snapshot.Matches($"SourceGenerator/Golden/{construct}.cs.txt", run.Code);
    }
}
