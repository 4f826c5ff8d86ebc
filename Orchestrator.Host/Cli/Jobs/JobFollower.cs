using System.Text.Json;
using Orchestrator.Host.Cli.Connection;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>Reads a job's stream to its end, or until somebody has had enough.</summary>
internal sealed class JobFollower(ServerClient server, JobReport report, JobProgress progress)
{
    /// <summary>The job as last told; <see langword="null"/> before its first line.</summary>
    public JobView? Job { get; private set; }

    /// <summary>Follows until the job has ended; outcomes that the stream did not bring are fetched then.</summary>
    /// <exception cref="CliException">The stream broke or ended before the job did.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> came; the job continues.</exception>
    public async Task<JobView> FollowAsync(HttpMethod method, string path, byte[]? body, string? idempotencyKey, CancellationToken cancellation)
    {
        try
        {
            using var stream = await server.OpenAsync(method, path, body, cancellation, idempotencyKey);
            await foreach (var line in stream.ReadAsync(cancellation))
                await OnLineAsync(line, cancellation);
            if (Job is not { HasEnded: true } ended)
                throw new CliException(ExitCodes.Error, "the server ended the stream before the job's end");
            // Behind a gap, or before the first line that this watcher got.
            if (report.Tally.Total < ended.Targets)
                await ReadMissedAsync(ended, cancellation);
            return ended;
        }
        catch (CliException error) when (Job is { } job)
        {
            throw new CliException(error.ExitCode, $"{error.Message}. The job may continue: orchestrator job watch {job.Id}");
        }
        finally
        {
            await progress.ClearAsync();
        }
    }

    private async Task OnLineAsync(JsonElement line, CancellationToken cancellation)
    {
        if (line.Member("job") is { } job)
            report.Begin(Job = new JobView(job));
        else if (line.Member("outcome") is { } outcome)
            report.Add(await LargeOutputs.InlineAsync(server, outcome, cancellation));
        if (Job is { } known)
            progress.Report(report.Tally.Total, known.Targets, report.Groups);
    }

    private async Task ReadMissedAsync(JobView job, CancellationToken cancellation)
    {
        var all = await server.GetAsync($"v1/jobs/{Uri.EscapeDataString(job.Id)}/invocations", cancellation);
        foreach (var outcome in all.Items())
            report.Add(await LargeOutputs.InlineAsync(server, outcome, cancellation));
    }
}
