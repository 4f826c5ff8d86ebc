using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qmp;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Protocol.Tests.Qmp;

/// <summary>A QMP session in virtual time against a scripted server in memory; notes what the session's observer heard.</summary>
internal sealed class QmpTest : IQmpSessionObserver, IAsyncDisposable
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly MemoryConnection _connection;
    private readonly TaskCompletionSource<string> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _watchdog;
    private QmpSession? _session;

    public QmpTest(QmpSessionOptions? options = null)
    {
        Options = options ?? new QmpSessionOptions();
        Server = FakeQmpServer.InMemory(out _connection);
        // A test that waits in vain has to fail, not to hang: losing the connection ends every wait.
        _watchdog = TimeProvider.System.CreateTimer(_ => _connection.Reset(), null, TimeSpan.FromSeconds(20), System.Threading.Timeout.InfiniteTimeSpan);
    }

    public QmpSessionOptions Options { get; }

    public FakeTimeProvider Time { get; } = new();

    public FakeQmpServer Server { get; }

    public MemoryConnection Connection => _connection;

    public QmpSession Session => _session ?? throw new InvalidOperationException("not attached yet");

    public ConcurrentQueue<QmpEvent> Events { get; } = new();

    public int TimesClosed { get; private set; }

    /// <summary>The cause the observer was told.</summary>
    public Task<string> Closed => _closed.Task;

    /// <summary>A session after its handshake.</summary>
    public static async Task<QmpTest> OnlineAsync(QmpSessionOptions? options = null, bool offersOutOfBand = true)
    {
        var test = new QmpTest(options);
        var attaching = test.AttachAsync();
        await test.Server.HandshakeAsync(offersOutOfBand);
        await attaching;
        return test;
    }

    public static EncodedCommand Command(string name, bool outOfBand = false) => EncodedCommand.ForQmp(name, outOfBand: outOfBand);

    public static string ValueOf(CommandResult result) => Encoding.UTF8.GetString(Assert.IsType<CommandResult.Returned>(result).Value.Span);

    public async Task<QmpSession> AttachAsync(CancellationToken cancellationToken = default) =>
        _session = await QmpSession.AttachAsync(_connection.Client, Options, this, Time, cancellationToken);

    public Task<CommandResult> ExecuteAsync(string name, bool outOfBand = false) => Session.ExecuteAsync(Command(name, outOfBand), Timeout);

    /// <summary>The session has to fail to attach, close its connection and say so once.</summary>
    public async Task<QmpConnectException> AssertRefusedAsync(Task attaching, QmpConnectFault fault)
    {
        var refusal = await Assert.ThrowsAsync<QmpConnectException>(() => attaching);
        Assert.Equal(fault, refusal.Fault);
        await Server.ClosedAsync();
        await Closed;
        Assert.Equal(1, TimesClosed);
        return refusal;
    }

    void IQmpSessionObserver.OnEvent(QmpEvent qmpEvent) => Events.Enqueue(qmpEvent);

    void IQmpSessionObserver.OnClosed(string cause)
    {
        TimesClosed++;
        _closed.TrySetResult(cause);
    }

    public async ValueTask DisposeAsync()
    {
        if (_session is not null)
            await _session.DisposeAsync();
        await Server.DisposeAsync();
        await _watchdog.DisposeAsync();
    }
}
