using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qmp;

namespace Orchestrator.Protocol.Client;

/// <summary>
/// One VM as one client: commands of the guest namespace go to its agent, all others to QEMU. Owns neither of the two; all members may be
/// called from any thread.
/// </summary>
/// <param name="monitor">QEMU's monitor; null if QMP commands are not needed.</param>
/// <param name="agent">The agent, for example an <see cref="AgentConnection"/>; null if guest commands are not needed.</param>
public sealed class VmClient(QmpSession? monitor, IAgentChannel? agent) : IQapiClient
{
    /// <summary>For each command, from the call to its answer; 30 s by default.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> ExecuteAsync(EncodedCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        var result = await SendAsync(command).WaitAsync(cancellationToken).ConfigureAwait(false);
        return result is CommandResult.Returned returned ? returned.Value : throw CommandException.Of(command.Name, result);
    }

    private Task<CommandResult> SendAsync(EncodedCommand command)
    {
        if (command.FromGuest)
            return agent?.ExecuteAsync(command, Timeout) ?? Absent("agent");
        return monitor?.ExecuteAsync(command, Timeout) ?? Absent("monitor");
    }

    private static Task<CommandResult> Absent(string peer) =>
        Task.FromResult<CommandResult>(new CommandResult.NoReply(NoReplyCause.NotReady, Written: false, $"this client was made without a connection to the {peer}"));
}
