using System.Runtime.Versioning;
using Orchestrator.Bench.Fuzz;
using Orchestrator.Bench.Fuzz.Coverage;

namespace Orchestrator.Bench.Tests.Fuzz.Coverage;

/// <summary>How afl-fuzz is called and read out, against shell scripts in its place.</summary>
[SupportedOSPlatform("linux")]
public sealed class AflRunTests : IDisposable
{
    private const string Statistics = """mkdir -p $4/default/crashes $4/default/hangs; printf 'execs_done : 7\ncorpus_count : 3\nedges_found : 5\n' > $4/default/fuzzer_stats""";
    private readonly string _directory = Directory.CreateTempSubdirectory("ob-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_run_without_findings_has_its_numbers()
    {
        var result = await RunAsync(Statistics);

        Assert.Equal(new AflStatistics(7, 3, 5), result.Statistics);
        Assert.Empty(result.Findings);
    }

    [Fact]
    public async Task Crashes_and_hangs_are_findings_and_what_lies_beside_them_is_not()
    {
        var result = await RunAsync(Statistics + """; echo b > $4/default/crashes/id:000001; echo a > $4/default/crashes/id:000000; echo c > $4/default/hangs/id:000000; echo > $4/default/crashes/README.txt""");

        Assert.Equal(["a\n", "b\n", "c\n"], result.Findings.Select(File.ReadAllText));
    }

    [Fact]
    public async Task Afl_gets_seeds_words_time_and_the_child_of_the_target()
    {
        await RunAsync(Statistics + """; echo "$2 $6 $*" """);

        var log = File.ReadAllText(Path.Combine(_directory, "frames.log"));
        Assert.Matches(@" -V 90 -- dotnet /the/program\.dll fuzz-child frames\n$", log);
        var paths = log.Split(' ');
        Assert.Equal(new FrameTarget().Seeds.Count, Directory.GetFiles(paths[0]).Length);
        Assert.Equal(AflInput.Dictionary(new FrameTarget()), File.ReadAllText(paths[1]));
    }

    [Fact]
    public async Task A_refusal_of_afl_is_quoted()
    {
        var error = await Assert.ThrowsAsync<BenchException>(() => RunAsync("echo '[-] PROGRAM ABORT : no forkserver' >&2; exit 1"));

        Assert.Contains("PROGRAM ABORT : no forkserver", error.Message);
    }

    [Fact]
    public async Task A_run_that_is_cancelled_ends_afl()
    {
        using var cancel = new CancellationTokenSource();
        var run = RunAsync("echo $$ > $4.pid; exec sleep 1000", cancel.Token);
        var pid = Path.Combine(_directory, "frames.pid");
        while (!File.Exists(pid) || File.ReadAllText(pid).Length == 0)
            await Task.Yield();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.False(Directory.Exists($"/proc/{File.ReadAllText(pid).Trim()}"));
    }

    private async Task<AflResult> RunAsync(string script, CancellationToken cancel = default)
    {
        var fuzzer = Path.Combine(_directory, "afl-fuzz");
        File.WriteAllText(fuzzer, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(fuzzer, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return await new AflRun(fuzzer, "/the/program.dll", _directory).RunAsync(new FrameTarget(), TimeSpan.FromSeconds(90), cancel);
    }
}
