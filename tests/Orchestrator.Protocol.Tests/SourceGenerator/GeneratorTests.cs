using Microsoft.CodeAnalysis;

namespace Orchestrator.Protocol.Tests.SourceGenerator;

public class GeneratorTests
{
    private const string Ping = "{ 'command': 'guest-acme-ping' }\n";

    [Fact]
    public void Error_in_a_schema_is_a_diagnostic_at_its_line()
    {
        var run = new GeneratorRun(("acme.json", "{ 'include': 'types.json' }\n"), ("types.json", "{ 'struct': 'A',\n  'data': { 'b': 'Missing' } }\n"));

        var diagnostic = Assert.Single(run.Result.Diagnostics);

        Assert.Equal(("QAPI001", DiagnosticSeverity.Error), (diagnostic.Id, diagnostic.Severity));
        var place = diagnostic.Location.GetLineSpan();
        Assert.Equal(("/schemas/types.json", 1, 17), (place.Path, place.StartLinePosition.Line, place.StartLinePosition.Character));
        Assert.Contains("'Missing'", diagnostic.GetMessage());
        Assert.Empty(run.Result.GeneratedSources);
    }

    [Fact]
    public void Include_that_is_not_listed_is_a_diagnostic()
    {
        var run = new GeneratorRun(("acme.json", "{ 'include': 'types.json' }\n"));

        Assert.Contains("types.json", Assert.Single(run.Result.Diagnostics).GetMessage());
    }

    [Fact]
    public void Files_that_include_each_other_in_a_circle_are_a_diagnostic()
    {
        var run = new GeneratorRun(("a.json", "{ 'include': 'b.json' }\n"), ("b.json", "{ 'include': 'a.json' }\n"));

        Assert.NotEmpty(run.Result.Diagnostics);
        Assert.All(run.Result.Diagnostics, diagnostic => Assert.Equal("QAPI001", diagnostic.Id));
    }

    [Fact]
    public void Included_file_is_no_schema_of_its_own_and_travels_along()
    {
        var run = new GeneratorRun(("acme.json", "{ 'include': 'parts/ping.json' }\n"), ("parts/ping.json", Ping));

        Assert.Equal(["Acme.Acme.Commands.g.cs", "Acme.Acme.Schema.g.cs"], run.Result.GeneratedSources.Select(source => source.HintName));
        Assert.Contains("""["parts/ping.json"] = """, run.Code);
        Assert.DoesNotContain(GeneratorRun.Folder, run.Code);
        Assert.Empty(run.CompilerDiagnostics);
    }

    [Fact]
    public void Two_schemas_in_one_project_do_not_meet()
    {
        var run = new GeneratorRun(("a.json", Ping), ("b.json", "{ 'command': 'guest-acme-pong' }\n"));

        Assert.Equal(4, run.Result.GeneratedSources.Length);
        Assert.Empty(run.CompilerDiagnostics);
    }

    [Fact]
    public void Commands_for_QEMU_need_no_schema_at_run_time()
    {
        var run = new GeneratorRun(new Dictionary<string, string> { ["Namespace"] = "Acme", ["Peer"] = "Qmp" }, ("acme.json", "{ 'command': 'x-ping' }\n"));

        Assert.Contains("EncodedCommand.ForQmp(", run.Code);
        Assert.Single(run.Result.GeneratedSources);
        Assert.Empty(run.CompilerDiagnostics);
    }

    [Fact]
    public void Unchanged_schemas_are_not_generated_again()
    {
        var run = new GeneratorRun(("acme.json", Ping));

        run.AddCode("class Unrelated;");

        var reasons = run.Result.TrackedOutputSteps.Values.SelectMany(steps => steps).SelectMany(step => step.Outputs).Select(output => output.Reason);
        Assert.All(reasons, reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
        Assert.NotEmpty(reasons);
    }

    [Fact]
    public void Changed_schema_is_generated_again()
    {
        var run = new GeneratorRun(("acme.json", Ping));

        run.Replace("acme.json", "{ 'command': 'guest-acme-pong' }\n");

        Assert.Contains("GuestAcmePongAsync", run.Code);
        Assert.DoesNotContain("GuestAcmePingAsync", run.Code);
    }

    [Fact]
    public void The_same_schema_gives_the_same_code()
    {
        var schema = File.ReadAllText(Snapshot.Folder("SourceGenerator/Golden/names.json"));

        Assert.Equal(new GeneratorRun(("names.json", schema)).Code, new GeneratorRun(("names.json", schema)).Code);
    }
}
