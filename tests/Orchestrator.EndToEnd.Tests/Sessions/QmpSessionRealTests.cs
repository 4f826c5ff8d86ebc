using System.Text.Json;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qmp;
using Orchestrator.Protocol.Transport;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Sessions;

/// <summary>The product's QMP session against QEMU's own QMP server, without a machine behind it.</summary>
public sealed class QmpSessionRealTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly RealVmDirectory _directory = new();
    private RealStorageDaemon _daemon = null!;

    public async Task InitializeAsync() => _daemon = await RealStorageDaemon.StartAsync(Path.Combine(_directory.Path, "qmp.sock"));

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        await _directory.DisposeAsync();
    }

    [Fact]
    public async Task Server_greets_and_offers_out_of_band()
    {
        await using var session = await ConnectAsync(new QmpSessionOptions());

        Assert.Matches(@"^\d+\.\d+\.\d+$", session.Greeting.Version);
        Assert.True(session.OutOfBand);
    }

    [Fact]
    public async Task Introspection_in_one_line_beyond_64_KiB_is_understood()
    {
        await using var session = await ConnectAsync(new QmpSessionOptions());

        var answer = Assert.IsType<CommandResult.Returned>(await session.ExecuteAsync(EncodedCommand.ForQmp("query-qmp-schema"), Limit));

        Assert.True(answer.Value.Length > 64 * 1024, $"{answer.Value.Length} bytes");
        Assert.Contains(JsonElement.Parse(answer.Value.Span).EnumerateArray(), item => item.GetProperty("name").GetString() == "query-qmp-schema");
    }

    [Fact]
    public async Task Introspection_beyond_the_limit_fails_alone()
    {
        await using var session = await ConnectAsync(new QmpSessionOptions { MaxFrameBytes = 50_000 });

        var schema = session.ExecuteAsync(EncodedCommand.ForQmp("query-qmp-schema"), Limit);
        var version = session.ExecuteAsync(EncodedCommand.ForQmp("query-version"), Limit);

        Assert.Equal(ViolationKind.TooLarge, Assert.IsType<CommandResult.Violated>(await schema).Violation.Kind);
        Assert.IsType<CommandResult.Returned>(await version);
    }

    [Fact]
    public async Task Second_client_of_one_monitor_finds_it_busy_until_the_first_leaves()
    {
        var first = await ConnectAsync(new QmpSessionOptions());

        var refusal = await Assert.ThrowsAsync<QmpConnectException>(() => ConnectAsync(new QmpSessionOptions { GreetingTimeout = TimeSpan.FromMilliseconds(300) }));
        await first.DisposeAsync();

        Assert.Equal(QmpConnectFault.MonitorBusy, refusal.Fault);
        await using var second = await ConnectAsync(new QmpSessionOptions { GreetingTimeout = Limit });
        Assert.IsType<CommandResult.Returned>(await second.ExecuteAsync(EncodedCommand.ForQmp("query-version"), Limit));
    }

    [Fact]
    public async Task Hundred_commands_at_once_have_their_own_answers()
    {
        await using var session = await ConnectAsync(new QmpSessionOptions());

        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => session.ExecuteAsync(EncodedCommand.ForQmp(i % 2 == 0 ? "query-version" : $"no-such-{i}"), Limit)));

        Assert.All(results.Where((_, i) => i % 2 == 0), result => Assert.IsType<CommandResult.Returned>(result));
        Assert.Equal(
            Enumerable.Range(0, 100).Where(i => i % 2 == 1).Select(i => $"The command no-such-{i} has not been found"),
            results.OfType<CommandResult.Refused>().Select(refused => refused.Error.Description));
        Assert.Equal(0, session.DroppedFrames);
    }

    [Fact]
    public async Task Quit_is_answered_or_cut_and_the_session_ends()
    {
        await using var session = await ConnectAsync(new QmpSessionOptions());

        var result = await session.ExecuteAsync(EncodedCommand.ForQmp("quit"), Limit);
        await session.Completion.WaitAsync(Limit, TimeProvider.System);

        Assert.True(result is CommandResult.Returned or CommandResult.NoReply { Cause: NoReplyCause.ConnectionLost, Written: true }, $"{result}");
        await _daemon.Process.ExitedAsync(Limit);
    }

    private async Task<QmpSession> ConnectAsync(QmpSessionOptions options)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        return await QmpSession.ConnectAsync(new Endpoint.Unix(_daemon.SocketPath), options, new QmpObserver(), TimeProvider.System, limit.Token);
    }
}
