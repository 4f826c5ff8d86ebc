using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Agent.Composites;

/// <summary>
/// One composite command's way to an agent. Each step is a turn of its own in the VM's queue: other commands pass in between, so that a long
/// transfer keeps nobody waiting for longer than one step.
/// </summary>
/// <param name="channel">The VM's agent.</param>
/// <param name="timeout">From now to the last step; waiting for turns included.</param>
/// <param name="time">Clock of the deadline.</param>
public sealed class AgentTurns(IAgentChannel channel, TimeSpan timeout, TimeProvider time)
{
    /// <summary>Longest wait for one step, however far the deadline is: an agent that is silent for so long is called silent.</summary>
    public static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(60);

    private readonly long _startedAt = time.GetTimestamp();

    /// <summary>The VM's agent, for what has a time-out of its own.</summary>
    public IAgentChannel Channel => channel;

    /// <summary>Clock of every wait.</summary>
    public TimeProvider Time => time;

    /// <summary>Until the deadline; not positive once it has passed.</summary>
    public TimeSpan Remaining => timeout - time.GetElapsedTime(_startedAt);

    /// <summary>Called with the pid of the program that a composite is about, as soon as the agent has told it; on the thread of the answer.</summary>
    public Action<long>? OnStarted { get; init; }

    /// <summary>The next step. When the deadline has passed it is not sent.</summary>
    public async Task<CommandResult> ExecuteAsync(EncodedCommand command)
    {
        var remaining = Remaining;
        return remaining > TimeSpan.Zero
            ? await channel.ExecuteAsync(command, remaining < LongestStep ? remaining : LongestStep).ConfigureAwait(false)
            : new CommandResult.NoReply(NoReplyCause.DeadlinePassed, Written: true, "the deadline passed between two of its steps");
    }
}
