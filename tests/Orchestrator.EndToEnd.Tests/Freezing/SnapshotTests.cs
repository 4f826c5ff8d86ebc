using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit.Processes;
using static Orchestrator.EndToEnd.Tests.Freezing.FreezableFixture;

namespace Orchestrator.EndToEnd.Tests.Freezing;

[Collection(FreezableCollection.Name)]
public sealed class SnapshotTests(FreezableFixture guests)
{
    [Fact]
    public async Task Snapshot_of_real_disks_is_a_clean_filesystem_with_what_was_written_before_and_nothing_after()
    {
        (await guests.Api.ShellAsync(First, $"echo before-{First} > /mnt/data/word")).Succeeds();

        var run = await guests.Server.CliAsync("snapshot", "-t", $"{First},{Second}", "--name", "s1", "-o", "json");

        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        var taken = JsonElement.Parse(run.Out);
        Assert.True(taken.GetProperty("skewMs").GetDouble() >= 0);
        foreach (var vm in taken.GetProperty("items").EnumerateArray())
        {
            var name = vm.Text("name")!;
            Assert.Equal(("Succeeded", "Fs"), (vm.Text("phase"), vm.Text("consistency")));
            Assert.True(vm.GetProperty("frozenMs").GetDouble() > 0);
            var file = Assert.Single(vm.GetProperty("files").EnumerateArray());
            Assert.Equal(Path.Combine(guests.Vm(name).Directory, $"{name}.data.s1.qcow2"), file.Text("overlay"));
            await ChainBeginsAsync(name, file.Text("overlay")!, file.Text("base")!);
            (await guests.Api.ShellAsync(name, "echo after > /mnt/data/word; sync")).Succeeds();
        }
        await ChecksCleanAsync(guests.DiskOf(First));
        Assert.Equal($"before-{First}", await ReadAsync(guests.DiskOf(First), "/word"));
    }

    [Fact]
    public async Task Name_that_was_taken_before_is_refused_and_nothing_is_frozen_for_it()
    {
        Assert.Equal(0, (await guests.Server.CliAsync("snapshot", "-t", Second, "--name", "twice")).ExitCode);

        var run = await guests.Server.CliAsync("snapshot", "-t", Second, "--name", "twice", "-o", "json");

        Assert.Equal(4, run.ExitCode);
        var vm = Assert.Single(JsonElement.Parse(run.Out).GetProperty("items").EnumerateArray());
        Assert.Contains("choose another name", vm.Text("message"));
        await guests.ThawedAsync(Second);
    }

    [Fact]
    public async Task Transaction_that_QEMU_refuses_leaves_everything_thawed()
    {
        var run = await guests.Server.CliAsync("snapshot", "-t", Second, "--name", "nowhere", "--dir", "/nonexistent", "-o", "json");

        Assert.Equal(4, run.ExitCode);
        var vm = Assert.Single(JsonElement.Parse(run.Out).GetProperty("items").EnumerateArray());
        Assert.Equal(("Refused", "QmpError"), (vm.Text("phase"), vm.Text("reason")));
        await guests.ThawedAsync(Second);
    }

    [Fact]
    public async Task Paused_VM_is_as_after_a_power_cut_where_that_will_do()
    {
        (await guests.Api.QmpAsync(Second, "stop")).Succeeds();
        try
        {
            Assert.Equal(4, (await guests.Server.CliAsync("snapshot", "-t", Second, "--name", "paused")).ExitCode);
            var run = await guests.Server.CliAsync("snapshot", "-t", Second, "--name", "paused", "--require", "any", "-o", "json");
            Assert.True(run.ExitCode == 0, run.Out + run.Error);
            Assert.Equal("Crash", Assert.Single(JsonElement.Parse(run.Out).GetProperty("items").EnumerateArray()).Text("consistency"));
        }
        finally
        {
            (await guests.Api.QmpAsync(Second, "cont")).Succeeds();
        }
    }

    /// <summary>The image below the snapshot is what was frozen: no journal to be replayed, nothing to be repaired.</summary>
    private static Task ChecksCleanAsync(string image) => ChildProcess.RunAsync("/sbin/e2fsck", ["-f", "-n", image], TimeSpan.FromMinutes(1));

    private static async Task<string> ReadAsync(string image, string path)
    {
        var output = await ChildProcess.RunAsync("/sbin/debugfs", ["-R", $"cat {path}", image], TimeSpan.FromMinutes(1));
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Single(line => line.StartsWith("before-", StringComparison.Ordinal));
    }

    private async Task ChainBeginsAsync(string vm, params string[] files)
    {
        var disk = (await guests.Api.QmpAsync(vm, "query-block")).Result().EnumerateArray().Single(disk => disk.Is("device", "data"));
        JsonElement image = disk.GetProperty("inserted").GetProperty("image");
        foreach (var file in files)
        {
            Assert.Equal(file, image.Text("filename"));
            image = image.TryGetProperty("backing-image", out var below) ? below : default;
        }
    }
}
