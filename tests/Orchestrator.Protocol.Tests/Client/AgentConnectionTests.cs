using Microsoft.Extensions.Time.Testing;
using Orchestrator.Protocol.Client;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Transport;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Protocol.Tests.Client;

public sealed class AgentConnectionTests : IAsyncLifetime
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly EncodedCommand Ping = EncodedCommand.ForGuest("guest-ping");

    private readonly FakeTimeProvider _time = new();
    private readonly string _socket = Path.Combine(Path.GetTempPath(), $"agent-{Guid.NewGuid():n}.sock");
    private readonly TaskCompletionSource<FakeAgent> _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new();
    private FakeListener _listener = null!;
    private AgentConnection _connection = null!;
    private FakeAgent _agent = null!;

    public async Task InitializeAsync()
    {
        _listener = FakeAgent.Listen(_socket, agent =>
        {
            _accepted.SetResult(agent);
            return _over.Task;
        });
        _connection = await AgentConnection.ConnectAsync(new Endpoint.Unix(_socket), _time, CancellationToken.None);
        _agent = await _accepted.Task;
    }

    public async Task DisposeAsync()
    {
        _over.SetResult();
        await _connection.DisposeAsync();
        await _listener.DisposeAsync();
    }

    [Fact]
    public async Task Commands_wait_for_their_turn_after_one_synchronization()
    {
        var first = _connection.ExecuteAsync(Ping, Minute);
        var second = _connection.ExecuteAsync(EncodedCommand.ForGuest("guest-get-time"), Minute);

        await _agent.SynchronizeAsync();
        await _agent.ReturnAsync(await _agent.ReadCommandAsync("guest-ping"));
        await _agent.ReturnAsync(await _agent.ReadCommandAsync("guest-get-time"), "7");

        Assert.IsType<CommandResult.Returned>(await first);
        Assert.Equal("7", System.Text.Encoding.UTF8.GetString(Assert.IsType<CommandResult.Returned>(await second).Value.Span));
    }

    [Fact]
    public async Task After_an_unanswered_command_the_next_one_is_synchronized_anew()
    {
        var unanswered = _connection.ExecuteAsync(Ping, Minute);
        await _agent.SynchronizeAsync();
        await _agent.ReadCommandAsync("guest-ping");
        _time.Advance(Minute);
        _time.Advance(Minute);
        Assert.True(Assert.IsType<CommandResult.NoReply>(await unanswered).Written);

        var next = _connection.ExecuteAsync(Ping, Minute);
        await _agent.SynchronizeAsync();
        await _agent.ReturnAsync(await _agent.ReadCommandAsync("guest-ping"));

        Assert.IsType<CommandResult.Returned>(await next);
    }

    [Fact]
    public async Task Channel_without_an_agent_is_not_ready_and_nothing_was_written()
    {
        var asked = _connection.ExecuteAsync(Ping, Minute);
        await _agent.ReadCommandAsync("guest-sync-delimited");
        _time.Advance(Minute);

        Assert.Equal((NoReplyCause.NotReady, false), (Assert.IsType<CommandResult.NoReply>(await asked).Cause, ((CommandResult.NoReply)await asked).Written));
    }

    [Fact]
    public async Task More_commands_than_may_wait_are_refused_at_once()
    {
        var accepted = Enumerable.Range(0, 65).Select(_ => _connection.ExecuteAsync(Ping, Minute)).ToArray();

        var refused = await _connection.ExecuteAsync(Ping, Minute);

        Assert.Equal(NoReplyCause.QueueFull, Assert.IsType<CommandResult.NoReply>(refused).Cause);
        await _agent.SynchronizeAsync();
        for (var answered = 0; answered < accepted.Length; answered++)
            await _agent.ReturnAsync(await _agent.ReadCommandAsync("guest-ping"));
        Assert.All(await Task.WhenAll(accepted), result => Assert.IsType<CommandResult.Returned>(result));
    }

    [Fact]
    public async Task Lost_connection_ends_the_command_that_waits()
    {
        var asked = _connection.ExecuteAsync(Ping, Minute);
        await _agent.ReadCommandAsync("guest-sync-delimited");

        _listener.Cut();

        Assert.False(Assert.IsType<CommandResult.NoReply>(await asked).Written);
    }
}
