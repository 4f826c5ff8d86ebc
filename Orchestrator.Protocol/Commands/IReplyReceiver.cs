namespace Orchestrator.Protocol.Commands;

/// <summary>
/// Takes the one result of a command. Called on a session's read loop or timer: it must not block, throw or call back into the session.
/// </summary>
public interface IReplyReceiver
{
    /// <summary>Called exactly once.</summary>
    void OnResult(CommandResult result);
}

/// <summary>Gives the result to an awaiting caller.</summary>
/// <param name="isBrief">Whether the caller does little with it: it goes on at once then, where the session tells it. Else on the thread pool.</param>
public sealed class TaskReplyReceiver(bool isBrief = false) : IReplyReceiver
{
    private readonly TaskCompletionSource<CommandResult> _source = new(isBrief ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the command's result; never fails.</summary>
    public Task<CommandResult> Task => _source.Task;

    /// <inheritdoc/>
    public void OnResult(CommandResult result) => _source.TrySetResult(result);
}
