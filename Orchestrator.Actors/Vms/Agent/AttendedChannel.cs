using Akka.Actor;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Transport;

namespace Orchestrator.Actors.Vms.Agent;

/// <summary>
/// The agent's channel at the destination of a live migration, before the guest is there. It must be connected by then: QEMU drops what a guest writes
/// to a channel without a client. Nothing is written to it. Owned by <see cref="AgentSessionActor"/>.
/// </summary>
internal sealed class AttendedChannel(Endpoint endpoint)
{
    private readonly CancellationTokenSource _end = new();
    private Task<AgentSession>? _connection;

    /// <summary>Where it is.</summary>
    public Endpoint Endpoint { get; } = endpoint;

    /// <summary>Set while it is connected.</summary>
    public AgentSession? Session { get; set; }

    /// <summary>Attempts that failed in a row.</summary>
    public int Failures { get; set; }

    /// <summary>Connects; the owner is told with <see cref="AgentSignals.Attended"/>.</summary>
    public void Connect(VmSettings settings, IAgentSessionObserver observer, IActorRef owner)
    {
        _connection = ConnectAsync(settings, observer);
        _connection.PipeTo(owner, success: session => new AgentSignals.Attended(this, session), failure: _ => new AgentSignals.Attended(this, null));
    }

    /// <summary>Whether its connection is somebody else's.</summary>
    public bool IsTaken { get; private set; }

    /// <summary>Lets go of the connection, made or still being made, which is somebody else's from here on.</summary>
    public Task<AgentSession>? Take()
    {
        IsTaken = true;
        var connection = _connection;
        (Session, _connection) = (null, null);
        return connection;
    }

    /// <summary>Ends it, made or still being made.</summary>
    public void Close()
    {
        _end.Cancel();
        if (_connection is { } connection)
            _ = AgentSessionActor.CloseAsync(connection);
    }

    private async Task<AgentSession> ConnectAsync(VmSettings settings, IAgentSessionObserver observer)
    {
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        using var limit = new CancellationTokenSource(settings.ConnectTimeout, settings.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(attempt.Token, limit.Token);
        return AgentSession.Attach(await settings.Connect(Endpoint, both.Token).ConfigureAwait(false), settings.Agent with { IsHeir = true }, observer, settings.Time);
    }
}
