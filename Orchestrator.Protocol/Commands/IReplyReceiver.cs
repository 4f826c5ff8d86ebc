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
public sealed class TaskReplyReceiver : IReplyReceiver
{
    private readonly TaskCompletionSource<CommandResult> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the command's result; never fails.</summary>
    public Task<CommandResult> Task => _source.Task;

    /// <inheritdoc/>
    public void OnResult(CommandResult result) => _source.TrySetResult(result);
}
