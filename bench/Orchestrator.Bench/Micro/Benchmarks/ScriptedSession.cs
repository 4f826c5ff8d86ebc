using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Bench.Micro.Benchmarks;

/// <summary>An <see cref="AgentSession"/> over a <see cref="ScriptedAgentStream"/>: a command has its result when <see cref="Ask"/> returns.</summary>
public sealed class ScriptedSession : IAgentSessionObserver, IReplyReceiver, IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private readonly AgentSession _session;
    private CommandResult? _result;

    /// <param name="value">The <c>return</c> of every command, at most 32 KiB: a session that reads more at once lets others have the thread.</param>
    /// <exception cref="BenchException">The session does not become ready.</exception>
    public ScriptedSession(byte[] value)
    {
        _session = AgentSession.Attach(new ScriptedAgentStream(value), new AgentSessionOptions(), this, TimeProvider.System);
        _session.BeginSynchronize();
        if (_session.State != AgentSessionState.Ready)
            throw new BenchException($"the agent session is {_session.State}");
    }

    /// <summary>A command there and its answer back.</summary>
    /// <exception cref="BenchException">It was not answered with success.</exception>
    public CommandResult.Returned Ask(EncodedCommand command)
    {
        _result = null;
        _session.Begin(command, Timeout, this);
        return _result as CommandResult.Returned ?? throw new BenchException($"{command.Name}: {_result?.ToString() ?? "no result"}");
    }

    /// <inheritdoc/>
    public void OnResult(CommandResult result) => _result = result;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _session.DisposeAsync();

    void IAgentSessionObserver.OnSynchronized(AgentSession session)
    {
    }

    void IAgentSessionObserver.OnSlow(AgentSession session, TimeSpan remaining)
    {
    }

    void IAgentSessionObserver.OnLateReply(AgentSession session, EncodedCommand command, CommandResult result)
    {
    }

    void IAgentSessionObserver.OnMisconduct(AgentSession session, Misconduct misconduct)
    {
    }

    void IAgentSessionObserver.OnDecoded(AgentSession session, int tokens)
    {
    }

    void IAgentSessionObserver.OnClosed(AgentSession session, string cause)
    {
    }
}
