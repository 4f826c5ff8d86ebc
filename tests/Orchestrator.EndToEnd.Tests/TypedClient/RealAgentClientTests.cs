using System.Text;
using Orchestrator.Protocol.Client;
using Orchestrator.Protocol.Guest;
using Orchestrator.Protocol.Transport;
using Orchestrator.TestKit;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.TypedClient;

/// <summary>Generated commands against a real agent that runs on the machine of the test.</summary>
public sealed class RealAgentClientTests : IAsyncLifetime
{
    private readonly RealVmDirectory _directory = new();
    private RealAgent _agent = null!;
    private AgentConnection _connection = null!;
    private VmClient _vm = null!;

    public async Task InitializeAsync()
    {
        _agent = await RealAgent.StartAsync(Path.Combine(_directory.Path, "qga.sock"));
        _connection = await AgentConnection.ConnectAsync(new Endpoint.Unix(_agent.SocketPath), TimeProvider.System, CancellationToken.None);
        _vm = new VmClient(null, _connection);
    }

    public async Task DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _agent.DisposeAsync();
        await _directory.DisposeAsync();
    }

    [Fact]
    public async Task Records_lists_and_enums_come_from_a_real_agent()
    {
        var os = await _vm.GuestGetOsInfoAsync();
        var info = await _vm.GuestInfoAsync();
        var processors = await _vm.GuestGetVcpusAsync();

        Assert.Equal("debian", os.Id);
        Assert.Null(os.Variant);
        Assert.Contains(info.SupportedCommands, command => command is { Name: "guest-ping", Enabled: true, SuccessResponse: true });
        Assert.Contains(processors, processor => processor is { LogicalId: 0, Online: true });
    }

    [Fact]
    public async Task Union_branch_is_a_record_of_its_own()
    {
        var stats = await _vm.GuestGetCpuStatsAsync();

        Assert.All(stats, processor => Assert.True(Assert.IsType<GuestCpuStats.Linux>(processor).Data.User > 0));
    }

    [Fact]
    public async Task Program_is_given_bytes_and_alternates_and_gives_bytes()
    {
        var program = await _vm.GuestExecAsync("/bin/cat", arg: ["-"], inputData: "Grüße"u8.ToArray(), captureOutput: true);

        var status = await EndOfAsync(program.Pid);

        Assert.Equal(0, status.ExitCode);
        Assert.Equal("Grüße", Encoding.UTF8.GetString(status.OutData!.Value.Span));
        Assert.Null(status.Signal);
    }

    [Fact]
    public async Task File_is_written_sought_and_read()
    {
        var path = Path.Combine(_directory.Path, "file");
        var handle = await _vm.GuestFileOpenAsync(path, mode: "w+");

        Assert.Equal(5, (await _vm.GuestFileWriteAsync(handle, new byte[] { 1, 2, 3, 0, 255 })).Count);
        await _vm.GuestFileFlushAsync(handle);
        Assert.Equal(1, (await _vm.GuestFileSeekAsync(handle, offset: 1, whence: QGASeek.Set)).Position);
        var read = await _vm.GuestFileReadAsync(handle, count: 100);
        await _vm.GuestFileCloseAsync(handle);

        Assert.Equal(new byte[] { 2, 3, 0, 255 }, read.BufB64.ToArray());
        Assert.True(read.Eof);
        Assert.Equal(5, (await _vm.GuestViewFileAsync(path)).Count);
    }

    [Fact]
    public async Task Refusal_carries_the_agents_own_words()
    {
        var refused = await Assert.ThrowsAsync<CommandRefusedException>(() => _vm.GuestFileOpenAsync("/no/such/file"));

        Assert.Equal(("guest-file-open", "GenericError"), (refused.Command, refused.Error.Class));
        Assert.Contains("/no/such/file", refused.Error.Description);
    }

    [Fact]
    public async Task Command_without_a_connection_was_provably_not_sent()
    {
        var unanswered = await Assert.ThrowsAsync<CommandUnansweredException>(() => new VmClient(null, null).GuestPingAsync());

        Assert.False(unanswered.Result.Written);
    }

    private async Task<GuestExecStatus> EndOfAsync(long pid)
    {
        GuestExecStatus status = null!;
        await Eventually.TrueAsync(async () => (status = await _vm.GuestExecStatusAsync(pid)).Exited, TimeSpan.FromMinutes(1), "the program has ended");
        return status;
    }
}
