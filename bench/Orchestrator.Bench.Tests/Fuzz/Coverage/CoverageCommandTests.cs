using Orchestrator.Bench.Fuzz.Coverage;

namespace Orchestrator.Bench.Tests.Fuzz.Coverage;

public sealed class CoverageCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ob-test-").FullName;

    private string Results => Path.Combine(_directory, "results");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Findings_are_kept_under_the_name_of_their_target()
    {
        var kept = CoverageCommand.Keep("frames", [Finding("a"), Finding("b")], Results);

        Assert.Equal(["fuzz-frames-coverage-1.bin", "fuzz-frames-coverage-2.bin"], kept.Select(path => Path.GetFileName(path)!));
        Assert.Equal(["a", "b"], kept.Select(File.ReadAllText));
    }

    [Fact]
    public void Findings_of_an_earlier_run_stay()
    {
        CoverageCommand.Keep("frames", [Finding("a")], Results);

        var kept = CoverageCommand.Keep("frames", [Finding("b")], Results);

        Assert.Equal("fuzz-frames-coverage-2.bin", Path.GetFileName(Assert.Single(kept)));
        Assert.Equal("a", File.ReadAllText(Path.Combine(Results, "fuzz-frames-coverage-1.bin")));
    }

    private string Finding(string text)
    {
        var path = Path.Combine(_directory, $"id:{text}");
        File.WriteAllText(path, text);
        return path;
    }
}
