using System.Text;
using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Tests.Agent;

/// <summary>An agent's channel whose answers a test gives; notes what was asked, in order, with its time-out.</summary>
internal sealed class ScriptedChannel(Func<EncodedCommand, int, CommandResult> answer) : IAgentChannel
{
    public List<(string Name, string Arguments, TimeSpan Timeout)> Asked { get; } = [];

    /// <summary>Closes that the channel was left with.</summary>
    public List<string> Left { get; } = [];

    public IEnumerable<string> Names => Asked.Select(asked => asked.Name);

    public static CommandResult Returned(string json) => new CommandResult.Returned(Encoding.UTF8.GetBytes(json));

    public static CommandResult Lost { get; } = new CommandResult.NoReply(NoReplyCause.ConnectionLost, Written: true, "cut");

    public static CommandResult Refused { get; } = new CommandResult.Refused(new CommandError("GenericError", "refused"));

    public Task<CommandResult> ExecuteAsync(EncodedCommand command, TimeSpan timeout)
    {
        Asked.Add((command.Name, Encoding.UTF8.GetString(command.Arguments.Span), timeout));
        return Task.FromResult(answer(command, Asked.Count));
    }

    public void CloseLater(EncodedCommand close) => Left.Add(Encoding.UTF8.GetString(close.Arguments.Span));
}
