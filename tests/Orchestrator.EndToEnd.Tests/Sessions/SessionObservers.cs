using System.Collections.Concurrent;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qmp;

namespace Orchestrator.EndToEnd.Tests.Sessions;

/// <summary>Notes what a QMP session noticed by itself.</summary>
internal sealed class QmpObserver : IQmpSessionObserver
{
    private readonly ConcurrentQueue<QmpEvent> _events = new();

    public IEnumerable<string> Names => _events.Select(e => e.Name);

    public void OnEvent(QmpEvent qmpEvent) => _events.Enqueue(qmpEvent);

    public void OnClosed(string cause)
    {
    }
}

/// <summary>Notes what an agent session noticed by itself.</summary>
internal sealed class AgentObserver : IAgentSessionObserver
{
    private readonly ConcurrentQueue<(EncodedCommand, CommandResult)> _late = new();

    public IReadOnlyCollection<(EncodedCommand Command, CommandResult Result)> LateReplies => _late;

    public void OnSynchronized(AgentSession session)
    {
    }

    public void OnSlow(AgentSession session, TimeSpan remaining)
    {
    }

    public void OnLateReply(AgentSession session, EncodedCommand command, CommandResult result) => _late.Enqueue((command, result));

    public void OnMisconduct(AgentSession session, Misconduct misconduct)
    {
    }

    public void OnDecoded(AgentSession session, int tokens)
    {
    }

    public void OnClosed(AgentSession session, string cause)
    {
    }
}
