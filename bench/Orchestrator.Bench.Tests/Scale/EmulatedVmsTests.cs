using System.Runtime.Versioning;
using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Scale;
using Orchestrator.Bench.Scale.Nodes;
using Orchestrator.Bench.Scale.Peers;
using Orchestrator.Bench.Scale.Turns;

namespace Orchestrator.Bench.Tests.Scale;

/// <summary>What a program that is not the orchestrator's makes of a turn.</summary>
[SupportedOSPlatform("linux")]
public class EmulatedVmsTests
{
    [Fact]
    public async Task Emulator_that_listens_has_its_directory_and_ends_with_the_turn()
    {
        using var files = FleetDirectory.Create();
        var options = new ScaleOptions { Program = Script(files, "echo \"$@\" > $(dirname $5)/arguments; echo no machine runs; exec sleep 600"), Latency = "2ms" };
        Directory.CreateDirectory(files.File("v0"));

        await using (var emulated = await EmulatedVms.StartAsync(options, 7, 1, files, CancellationToken.None))
        {
            Assert.Equal([files.File("v0")], emulated.Directories);
            Assert.True(emulated.ResidentBytes() > 0);
        }

        Assert.Equal($"emulate --vms 7 --dir {files.File("v0")} --prefix n0p0- --latency 2ms", File.ReadAllText(files.File("arguments")).Trim());
    }

    [Fact]
    public async Task Emulator_that_ends_is_told_with_its_words()
    {
        using var files = FleetDirectory.Create();
        var options = new ScaleOptions { Program = Script(files, "echo too many files >&2; exit 1") };

        Assert.Contains("too many files", (await Assert.ThrowsAsync<BenchException>(() => EmulatedVms.StartAsync(options, 7, 1, files, CancellationToken.None))).Message);
    }

    [Fact]
    public async Task Node_that_cannot_be_started_ends_the_run()
    {
        using var files = FleetDirectory.Create();
        var turn = new ScaleTurn(new ScaleOptions { Program = "/nonexistent" }, files);

        Assert.Contains("/nonexistent does not exist", (await Assert.ThrowsAsync<BenchException>(() => turn.EmptyBytesAsync(1, CancellationToken.None))).Message);
        await Assert.ThrowsAsync<BenchException>(() => ScaledNodes.StartAsync(new ScaleOptions { Program = "/nonexistent" }, ["/a", "/b", "/c"], files, CancellationToken.None));
    }

    private static string Script(FleetDirectory files, string body)
    {
        var path = files.File("program");
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }
}
