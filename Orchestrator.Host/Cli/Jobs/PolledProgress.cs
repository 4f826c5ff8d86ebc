using Orchestrator.Host.Cli.Connection;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>Progress that the job's own stream does not tell: the server is asked for it now and then while the job goes on.</summary>
/// <param name="server">Asked.</param>
/// <param name="progress">Shows it.</param>
/// <param name="ask">Asks about a job, and says how much is done, of how much, and the same in words.</param>
/// <param name="time">Clock of the pauses.</param>
internal sealed class PolledProgress(ServerClient server, JobProgress progress, PolledProgress.Question ask, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>How far a job is.</summary>
    public delegate Task<(int Done, int Total, string Text)> Question(ServerClient server, string job, CancellationToken cancellation);

    /// <summary>Shows it until the job has been followed to its end, or left.</summary>
    /// <param name="follow">Follows the job.</param>
    /// <param name="job">Its id, once known.</param>
    public async Task<JobView> WhileAsync(Task<JobView> follow, Func<string?> job)
    {
        using var over = new CancellationTokenSource();
        var shown = ShowAsync(job, over.Token);
        try
        {
            return await follow;
        }
        finally
        {
            await over.CancelAsync();
            await shown;
            await progress.ClearAsync();
        }
    }

    /// <summary>What cannot be asked for is not shown: the job itself tells what is wrong.</summary>
    private async Task ShowAsync(Func<string?> job, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Pause, time, cancellation);
                if (job() is not { } id)
                    continue;
                var (done, total, text) = await ask(server, id, cancellation);
                progress.Report(done, total, text);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or CliException)
        {
        }
    }
}
