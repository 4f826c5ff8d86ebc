using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Orchestrator.Bench.Fuzz;
using Orchestrator.Bench.Fuzz.Coverage;
using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Tests.Fuzz.Coverage;

/// <summary>The copy reports what it takes, works as before, and nothing else does.</summary>
public sealed class InstrumentedCopyTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _directory = Directory.CreateTempSubdirectory("ob-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Only_the_copy_of_the_protocol_is_instrumented()
    {
        var copy = Path.GetDirectoryName(InstrumentedCopy.Make(Path.Combine(_directory, "copy")))!;

        Assert.Contains("SharpFuzz.Common", ReferencesOf(Path.Combine(copy, "Orchestrator.Protocol.dll")));
        Assert.DoesNotContain("SharpFuzz.Common", ReferencesOf(Path.Combine(copy, "Orchestrator.Bench.dll")));
        Assert.DoesNotContain("SharpFuzz.Common", ReferencesOf(Path.Combine(AppContext.BaseDirectory, "Orchestrator.Protocol.dll")));
    }

    [Fact]
    public async Task Child_without_afl_tries_its_input_once()
    {
        var program = InstrumentedCopy.Make(Path.Combine(_directory, "copy"));
        foreach (var target in FuzzTargets.Names)
        {
            await using var child = ChildProcess.Start("dotnet", [program, CoverageChild.Verb, target], Path.Combine(_directory, target));

            Assert.True(await child.WaitAsync(Patience, CancellationToken.None) == 0, $"{target}: {child.LogTail()}");
        }
    }

    [Fact]
    public void Unknown_target_is_a_usage_error() =>
        Assert.Equal(BenchException.UsageError, Assert.Throws<BenchException>(() => CoverageChild.Run("nothing")).ExitCode);

    private static IReadOnlyList<string> ReferencesOf(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(reference => metadata.GetString(metadata.GetAssemblyReference(reference).Name))];
    }
}
