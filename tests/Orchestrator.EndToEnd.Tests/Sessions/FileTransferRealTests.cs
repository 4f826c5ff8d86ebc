using System.IO.Pipelines;
using System.Security.Cryptography;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Agent.Files;
using Orchestrator.Protocol.Commands;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Sessions;

/// <summary>Transfers with a real qemu-ga on this machine.</summary>
public sealed class FileTransferRealTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orc-file-");
    private RealAgent _agent = null!;

    public async Task InitializeAsync() => _agent = await RealAgent.StartAsync(Path.Combine(_directory.FullName, "qga.sock"));

    public async Task DisposeAsync()
    {
        await _agent.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(GuestFile.ChunkBytes - 1)]
    [InlineData(GuestFile.ChunkBytes)]
    [InlineData(GuestFile.ChunkBytes + 1)]
    [InlineData(20_000_000)]
    public async Task File_of_any_length_goes_in_and_comes_back(int length)
    {
        var (bytes, path) = (RandomNumberGenerator.GetBytes(length), Path.Combine(_directory.FullName, "file 'é'"));

        var push = await PushAsync(path, bytes);
        var (pull, whole) = await PullAsync(path);

        Assert.IsType<CommandResult.Returned>(Assert.IsType<CompositeResult.Ended>(push).Result);
        Assert.IsType<CommandResult.Returned>(Assert.IsType<CompositeResult.Ended>(pull).Result);
        var there = await File.ReadAllBytesAsync(path);
        Assert.True(bytes.AsSpan().SequenceEqual(there));
        Assert.True(bytes.AsSpan().SequenceEqual(whole));
    }

    [Fact]
    public async Task File_in_a_directory_that_is_not_there_is_refused()
    {
        var path = Path.Combine(_directory.FullName, "missing", "file");

        Assert.IsType<CommandResult.Refused>(Assert.IsType<CompositeResult.Ended>(await PushAsync(path, [1])).Result);
        Assert.IsType<CommandResult.Refused>(Assert.IsType<CompositeResult.Ended>((await PullAsync(path)).Result).Result);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task File_that_may_not_be_written_is_refused()
    {
        // The test may run as root, for whom only the kernel's own files are read-only.
        Assert.IsType<CommandResult.Refused>(Assert.IsType<CompositeResult.Ended>(await PushAsync("/proc/version", [1])).Result);
    }

    [Fact]
    public async Task Device_that_is_always_full_is_told_with_what_was_written()
    {
        var ended = Assert.IsType<CompositeResult.Ended>(await PushAsync("/dev/full", new byte[GuestFile.ChunkBytes]));

        Assert.Contains("No space left", Assert.IsType<CommandResult.Refused>(ended.Result).Error.Description, StringComparison.Ordinal);
        Assert.EndsWith("/dev/full", ended.Partial, StringComparison.Ordinal);
    }

    private async Task<CompositeResult> PushAsync(string path, byte[] bytes)
    {
        await using var agent = await ConnectedAgent.ConnectAsync(_agent.SocketPath);
        return await new FilePush(path, append: false, () => PipeReader.Create(new MemoryStream(bytes))).RunAsync(new AgentTurns(agent, ConnectedAgent.Limit, TimeProvider.System));
    }

    private async Task<(CompositeResult Result, byte[] Came)> PullAsync(string path)
    {
        await using var agent = await ConnectedAgent.ConnectAsync(_agent.SocketPath);
        var pipe = new Pipe();
        var run = new FilePull(path, pipe.Writer).RunAsync(new AgentTurns(agent, ConnectedAgent.Limit, TimeProvider.System));
        using var came = new MemoryStream();
        try
        {
            await pipe.Reader.CopyToAsync(came);
        }
        catch (IOException)
        {
            // Its result says why.
        }
        return (await run, came.ToArray());
    }
}
