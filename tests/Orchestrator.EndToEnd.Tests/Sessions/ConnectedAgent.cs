using System.Text.Json;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Transport;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Sessions;

/// <summary>The product's session with a real agent, as a channel that takes one command at a time.</summary>
internal sealed class ConnectedAgent : IAgentChannel, IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private ConnectedAgent(AgentSession session, AgentObserver observer)
    {
        Session = session;
        Observer = observer;
    }

    public AgentSession Session { get; }

    public AgentObserver Observer { get; }

    public static async Task<ConnectedAgent> ConnectAsync(string socketPath)
    {
        var observer = new AgentObserver();
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        var session = await AgentSession.ConnectAsync(new Endpoint.Unix(socketPath), new AgentSessionOptions(), observer, TimeProvider.System, limit.Token);
        var agent = new ConnectedAgent(session, observer);
        await agent.SynchronizeAsync();
        return agent;
    }

    public Task SynchronizeAsync()
    {
        Session.BeginSynchronize();
        return Eventually.TrueAsync(() => Session.State == AgentSessionState.Ready, Limit, "the agent has answered the synchronization");
    }

    public Task<CommandResult> ExecuteAsync(EncodedCommand command, TimeSpan timeout)
    {
        var receiver = new TaskReplyReceiver();
        Session.Begin(command, timeout, receiver);
        return receiver.Task;
    }

    public void CloseLater(EncodedCommand close) => Assert.Fail("the agent answers: every handle can be closed");

    /// <summary>The value of a command that must succeed.</summary>
    public async Task<JsonElement> ValueAsync(string name, string? arguments = null)
    {
        var command = EncodedCommand.ForGuest(name, arguments is null ? default : JsonElement.Parse(arguments));
        return JsonElement.Parse(Assert.IsType<CommandResult.Returned>(await ExecuteAsync(command, Limit)).Value.Span);
    }

    public ValueTask DisposeAsync() => Session.DisposeAsync();
}
