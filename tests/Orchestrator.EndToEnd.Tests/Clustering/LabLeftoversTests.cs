using Orchestrator.TestKit.Clustering;
using Orchestrator.TestKit.Processes;

namespace Orchestrator.EndToEnd.Tests.Clustering;

/// <summary>A laboratory leaves nothing on the machine, however it ends, and removes what a killed one left.</summary>
public sealed class LabLeftoversTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly string Ip = RequiredTool.Find("ip", "iproute2");

    [Fact]
    public async Task Failed_test_leaves_no_process_namespace_mount_or_file()
    {
        string? directory = null, network = null;
        ChildProcess? process = null;
        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await using var lab = await NetworkLab.StartAsync("a");
            (directory, network) = (lab.Directory, lab["a"].Namespace);
            process = lab["a"].Start("/bin/sleep", "1000");
            (await SmallDisk.MountAsync(Path.Combine(lab["a"].Directory, "data"), mebibytes: 1)).Fill();
            throw new InvalidDataException("the test failed");
        });

        await process!.ExitedAsync(Limit);
        await process.DisposeAsync();
        Assert.False(Directory.Exists(directory));
        Assert.DoesNotContain(network!, await ChildProcess.RunAsync(Ip, ["netns", "list"], Limit));
        Assert.DoesNotContain(directory!, await File.ReadAllTextAsync("/proc/self/mounts"));
    }

    [Fact]
    public async Task Lab_that_cannot_be_made_leaves_nothing_and_says_why()
    {
        const string host = "unmakeable";
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => NetworkLab.StartAsync(host, "a/b"));

        Assert.Contains("netns add", error.Message);
        Assert.DoesNotContain(host, await ChildProcess.RunAsync(Ip, ["netns", "list"], Limit));
        Assert.DoesNotContain(Directory.GetDirectories(Path.GetTempPath(), LabName.Prefix + "*"), lab => Directory.Exists(Path.Combine(lab, host)));
    }

    [Fact]
    public async Task Next_lab_removes_what_a_killed_test_run_left_and_nothing_of_one_that_lives()
    {
        await using var alive = await NetworkLab.StartAsync("alive");
        var killed = new LabName(await EndedProcessAsync(), Started: 1, Number: 1);
        var (network, directory) = (killed.NamespaceOf("a"), Path.Combine(Path.GetTempPath(), killed.ToString()));
        await ChildProcess.RunAsync(Ip, ["netns", "add", network], Limit);
        await using var left = ChildProcess.Start(RequiredTool.Find("nsenter", "util-linux"), [$"--net=/run/netns/{network}", "--", "/bin/sleep", "1000"]);
        await SmallDisk.MountAsync(Path.Combine(directory, "a", "data"), mebibytes: 1);
        await using var own = alive["alive"].Start("/bin/sleep", "1000");

        await using var next = await NetworkLab.StartAsync("next");

        await left.ExitedAsync(Limit);
        Assert.Equal(128 + (int)Signal.Kill, left.ExitCode);
        Assert.False(Directory.Exists(directory));
        var namespaces = await ChildProcess.RunAsync(Ip, ["netns", "list"], Limit);
        Assert.DoesNotContain(network, namespaces);
        Assert.Contains(alive["alive"].Namespace, namespaces);
        Assert.Contains(next["next"].Namespace, namespaces);
        Assert.True(Directory.Exists(alive.Directory));
        Assert.False(own.HasExited);
    }

    [Fact]
    public void Name_tells_its_owner_which_an_id_that_is_used_again_does_not()
    {
        var own = LabName.Next();

        Assert.True(own.HasOwner);
        Assert.False((own with { Started = own.Started + 1 }).HasOwner);
        Assert.NotEqual(own, LabName.Next());
        Assert.True(LabName.TryParse(own.NamespaceOf("node-1"), out var read));
        Assert.Equal(own, read);
    }

    [Theory]
    [InlineData("orc-lab")]
    [InlineData("orc-lab.1.2")]
    [InlineData("orc-lab.1.2.x")]
    [InlineData("orc-lab.-1.2.3")]
    [InlineData("other.1.2.3")]
    public void Name_of_something_else_is_not_a_labs(string name) => Assert.False(LabName.TryParse(name, out _));

    [Fact]
    public void Missing_right_is_told_with_the_command_that_gives_it()
    {
        Assert.Contains("Run: sudo ./build.sh test", LabRights.Missing(isRoot: false, hasTap: true));
        Assert.Contains("Run: sudo modprobe tun", LabRights.Missing(isRoot: true, hasTap: false));
        Assert.Null(LabRights.Missing(isRoot: true, hasTap: true));
    }

    private static async Task<int> EndedProcessAsync()
    {
        await using var process = ChildProcess.Start("/bin/true", []);
        await process.ExitedAsync(Limit);
        return process.Id;
    }
}
