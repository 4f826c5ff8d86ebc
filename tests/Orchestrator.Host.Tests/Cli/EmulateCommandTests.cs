using Orchestrator.Host.Cli;

namespace Orchestrator.Host.Tests.Cli;

public sealed class EmulateCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("em-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Emulates_until_it_is_told_to_end()
    {
        var run = new CliRun();
        var said = run.OutWriter.Seen("Manage them with: orchestrator serve --vm-dir");

        var running = run.RunAsync("emulate", "--vms", "3", "--dir", _directory, "--prefix", "web-", "--latency", "1ms", "--chaos", "silent=1%", "--events", "10");
        await said;
        Assert.Contains("3 emulated VMs, no machine runs", run.Out);
        Assert.True(File.Exists(Path.Combine(_directory, "web-0003", "qga.sock")));
        run.Interrupts.Raise();

        Assert.Equal(ExitCodes.Ok, await running);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [Theory]
    [InlineData("--vms 0", "--vms 0: must be from 1 to 100000")]
    [InlineData("--vms 100001", "--vms 100001: must be from 1 to 100000")]
    [InlineData("--vms 1 --prefix ../x", "--prefix '../x'")]
    [InlineData("--vms 1 --prefix .", "--prefix '.'")]
    [InlineData("--vms 1 --events -1", "--events -1: must be from 0 to 1000000")]
    [InlineData("--vms 1 --events NaN", "--events NaN: must be from 0 to 1000000")]
    [InlineData("--vms 1 --chaos noise=1%", "--chaos noise=1%: 'noise=1%' is none of silent=P")]
    [InlineData("--vms 1 --tcp nowhere", "--tcp nowhere: write ADDR:PORT")]
    [InlineData("--vms 1 --tcp 127.0.0.1", "--tcp 127.0.0.1: write ADDR:PORT")]
    [InlineData("--vms 1000 --tcp 127.0.0.1:65000", "1000 VMs need 2000 ports, and there are 536 from 65000 on")]
    [InlineData("--vms 1 --latency soon", "--latency: 'soon' is not a duration")]
    [InlineData("", "Option '--vms' is required.")]
    public async Task Wrong_options_are_told(string options, string error)
    {
        var run = new CliRun();

        Assert.Equal(ExitCodes.Usage, await run.RunAsync(["emulate", "--dir", _directory, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]));
        Assert.Contains(error, run.Error);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [Fact]
    public async Task Directory_that_cannot_be_is_an_error()
    {
        File.WriteAllText(Path.Combine(_directory, "file"), "");
        var run = new CliRun();

        Assert.Equal(ExitCodes.Error, await run.RunAsync("emulate", "--vms", "1", "--dir", Path.Combine(_directory, "file", "vms")));
        Assert.StartsWith("orchestrator: ", run.Error);
    }

    [Fact]
    public async Task Help_says_that_it_is_not_real()
    {
        var run = new CliRun();

        Assert.Equal(ExitCodes.Ok, await run.RunAsync("emulate", "--help"));
        Assert.Contains("behind them are no machines and no guests, only scripts", string.Join(' ', run.Out.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)));
    }
}
