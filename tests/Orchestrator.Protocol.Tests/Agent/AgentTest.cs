using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Protocol.Tests.Agent;

/// <summary>An agent session in virtual time against a scripted agent in memory; notes what the session's observer heard.</summary>
internal sealed class AgentTest : IAgentSessionObserver, IAsyncDisposable
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(8);
    public static readonly EncodedCommand Ping = EncodedCommand.ForGuest("guest-ping");
    public static readonly EncodedCommand HostName = EncodedCommand.ForGuest("guest-get-host-name");
    public static readonly EncodedCommand Shutdown = EncodedCommand.ForGuest("guest-shutdown");

    private readonly MemoryConnection _connection;
    private readonly ITimer _watchdog;
    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AgentTest(AgentSessionOptions? options = null)
    {
        Agent = FakeAgent.InMemory(out _connection);
        Session = AgentSession.Attach(_connection.Client, options ?? new AgentSessionOptions(), this, Time);
        // A test that waits in vain has to fail, not to hang: losing the connection ends every wait.
        _watchdog = TimeProvider.System.CreateTimer(_ => _connection.Reset(), null, TimeSpan.FromSeconds(30), System.Threading.Timeout.InfiniteTimeSpan);
    }

    public FakeTimeProvider Time { get; } = new();

    public FakeAgent Agent { get; }

    public AgentSession Session { get; }

    public MemoryConnection Connection => _connection;

    public int Synchronizations { get; private set; }

    public int TimesSlow { get; private set; }

    public int TimesClosed { get; private set; }

    public ConcurrentQueue<(EncodedCommand Command, CommandResult Result)> LateReplies { get; } = new();

    public ConcurrentQueue<Misconduct> Misconduct { get; } = new();

    public long DecodedTokens { get; private set; }

    public ConcurrentQueue<AgentEvent> Events { get; } = new();

    /// <summary>Whether the observer wants what the agent sends by itself.</summary>
    public bool WantsEvents { get; set; } = true;

    /// <summary>The cause the observer was told.</summary>
    public Task<string> Closed => _closed.Task;

    /// <summary>A session that is ready for commands.</summary>
    public static async Task<AgentTest> ReadyAsync(AgentSessionOptions? options = null, bool echoesIds = true)
    {
        var test = new AgentTest(options);
        test.Agent.EchoesIds = echoesIds;
        await test.SynchronizeAsync();
        return test;
    }

    public static string ValueOf(CommandResult result) => Encoding.UTF8.GetString(Assert.IsType<CommandResult.Returned>(result).Value.Span);

    public static ViolationKind ViolationOf(CommandResult result) => Assert.IsType<CommandResult.Violated>(result).Violation.Kind;

    public static (NoReplyCause, bool Written) CauseOf(CommandResult result)
    {
        var noReply = Assert.IsType<CommandResult.NoReply>(result);
        Assert.False(string.IsNullOrWhiteSpace(noReply.Detail));
        return (noReply.Cause, noReply.Written);
    }

    public async Task SynchronizeAsync()
    {
        Session.BeginSynchronize();
        await Agent.SynchronizeAsync();
        Assert.Equal(AgentSessionState.Ready, Session.State);
    }

    public Task<CommandResult> BeginAsync(EncodedCommand command, TimeSpan? timeout = null)
    {
        var receiver = new TaskReplyReceiver();
        Session.Begin(command, timeout ?? Timeout, receiver);
        return receiver.Task;
    }

    /// <summary>Lets the time of a command with the usual time-out pass: its slow part, then the rest.</summary>
    public void PassDeadline()
    {
        Time.Advance(Timeout * 0.75);
        Time.Advance(Timeout * 0.25);
    }

    /// <summary>The session's next command has to get its own answer.</summary>
    public async Task AssertUsableAsync()
    {
        if (Session.State == AgentSessionState.Unsynchronized)
            await SynchronizeAsync();
        var name = $"host-{Guid.NewGuid():N}";
        var result = BeginAsync(HostName);
        var value = $$"""{"host-name":"{{name}}"}""";
        await Agent.ReturnAsync(await Agent.ReadCommandAsync("guest-get-host-name"), value);
        Assert.Equal(value, ValueOf(await result));
        Assert.Equal(AgentSessionState.Ready, Session.State);
    }

    void IAgentSessionObserver.OnSynchronized(AgentSession session) => Synchronizations++;

    void IAgentSessionObserver.OnSlow(AgentSession session, TimeSpan remaining) => TimesSlow++;

    void IAgentSessionObserver.OnLateReply(AgentSession session, EncodedCommand command, CommandResult result) => LateReplies.Enqueue((command, result));

    void IAgentSessionObserver.OnMisconduct(AgentSession session, Misconduct misconduct) => Misconduct.Enqueue(misconduct);

    void IAgentSessionObserver.OnDecoded(AgentSession session, int tokens) => DecodedTokens += tokens;

    bool IAgentSessionObserver.OnEvent(AgentSession session, AgentEvent happened)
    {
        Events.Enqueue(happened);
        return WantsEvents;
    }

    void IAgentSessionObserver.OnClosed(AgentSession session, string cause)
    {
        TimesClosed++;
        _closed.TrySetResult(cause);
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        await Agent.DisposeAsync();
        await _watchdog.DisposeAsync();
    }
}
