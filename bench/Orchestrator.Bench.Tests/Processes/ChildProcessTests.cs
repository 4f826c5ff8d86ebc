using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Tests.Processes;

public sealed class ChildProcessTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _directory = Directory.CreateTempSubdirectory("ob-test-").FullName;

    private string Log => Path.Combine(_directory, "log");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Output_and_errors_go_to_the_log()
    {
        await using var child = ChildProcess.Start("/bin/sh", ["-c", "echo out; echo 'two words' >&2; exit 3"], Log);

        Assert.Equal(3, await child.WaitAsync(Patience, CancellationToken.None));
        Assert.Equal("out\ntwo words", child.LogTail());
    }

    [Fact]
    public async Task Id_is_that_of_the_program_and_not_of_a_shell()
    {
        await using var child = ChildProcess.Start("/bin/sh", ["-c", "echo $$"], Log);

        await child.WaitAsync(Patience, CancellationToken.None);

        Assert.Equal(child.Id.ToString(), child.LogTail());
    }

    [Fact]
    public async Task Disposing_ends_a_program_that_would_run_on()
    {
        var child = ChildProcess.Start("sleep", ["1000"], Log);

        await child.DisposeAsync();

        Assert.True(child.HasExited);
    }

    [Fact]
    public async Task Stopping_lets_the_program_end_by_itself()
    {
        var child = ChildProcess.Start("/bin/sh", ["-c", "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done"], Log);
        while (child.LogTail() != "ready")
            await Task.Yield();

        await child.StopAsync(Patience);

        Assert.Equal("ready\nbye", child.LogTail());
    }

    [Fact]
    public async Task Stopping_kills_a_program_that_does_not_listen()
    {
        var child = ChildProcess.Start("/bin/sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 0.01; done"], Log);
        while (child.LogTail() != "ready")
            await Task.Yield();

        await child.StopAsync(TimeSpan.FromMilliseconds(50));

        Assert.True(child.HasExited);
    }

    [Fact]
    public async Task Waiting_longer_than_the_patience_has_no_exit_code()
    {
        await using var child = ChildProcess.Start("sleep", ["1000"], Log);

        Assert.Null(await child.WaitAsync(TimeSpan.FromMilliseconds(20), CancellationToken.None));
    }
}
