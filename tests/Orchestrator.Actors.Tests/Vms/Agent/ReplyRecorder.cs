using System.Collections.Concurrent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Vms.Agent;

/// <summary>Takes results and keeps them all: a second one would be a fault.</summary>
internal sealed class ReplyRecorder : IReplyReceiver
{
    private readonly TaskCompletionSource<CommandResult> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<CommandResult> Results { get; } = [];

    /// <summary>Called where the result is given.</summary>
    public Action OnEnded { get; init; } = () => { };

    public bool IsEnded => !Results.IsEmpty;

    public void OnResult(CommandResult result)
    {
        Results.Enqueue(result);
        OnEnded();
        _first.TrySetResult(result);
    }

    public async Task<CommandResult> ResultAsync()
    {
        await _first.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        return Assert.Single(Results);
    }

    public async Task<(NoReplyCause Cause, bool Written)> NoReplyAsync()
    {
        var result = Assert.IsType<CommandResult.NoReply>(await ResultAsync());
        return (result.Cause, result.Written);
    }
}
