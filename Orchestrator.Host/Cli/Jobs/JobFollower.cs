using System.Text.Json;
using Orchestrator.Host.Cli.Connection;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>
/// Reads a job's stream to its end, or until somebody has had enough. A stream that ends before the job does is asked for anew: the job goes on, on another
/// node or after the server's restart.
/// </summary>
internal sealed class JobFollower(ServerClient server, JobReport report, JobProgress progress, TimeProvider time)
{
    /// <summary>How long after its last line a job is asked for anew.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Between two tries.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private long _heardAt;

    /// <summary>The job as last told; <see langword="null"/> before its first line.</summary>
    public JobView? Job { get; private set; }

    /// <summary>Follows until the job has ended; outcomes that the stream did not bring are fetched then.</summary>
    /// <exception cref="CliException">The stream broke or ended before the job did, and could not be had again in time.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> came; the job continues.</exception>
    public async Task<JobView> FollowAsync(HttpMethod method, string path, byte[]? body, string? idempotencyKey, CancellationToken cancellation)
    {
        try
        {
            await ReadAsync(method, path, body, idempotencyKey, cancellation);
            while (Job is not { HasEnded: true })
            {
                await Task.Delay(Pause, time, cancellation);
                await ReadAsync(HttpMethod.Get, JobSession.EventsOf(Job!.Id), null, null, cancellation);
            }
            // Behind a gap, or before the first line that this watcher got.
            if (report.Tally.Total < Job.Targets)
                await ReadMissedAsync(Job, cancellation);
            return Job;
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

    /// <summary>Reads one stream to its end, or to a failure that may pass.</summary>
    private async Task ReadAsync(HttpMethod method, string path, byte[]? body, string? idempotencyKey, CancellationToken cancellation)
    {
        try
        {
            using var stream = await server.OpenAsync(method, path, body, cancellation, idempotencyKey);
            await foreach (var line in stream.ReadAsync(cancellation))
                await OnLineAsync(line, cancellation);
            if (Job is not { HasEnded: true })
                throw new CliException(ExitCodes.Error, "the server ended the stream before the job's end") { MayPass = true };
        }
        catch (CliException error) when (error.MayPass && Job is not null && time.GetElapsedTime(_heardAt) < Patience)
        {
            // It is asked for anew.
        }
    }

    private async Task OnLineAsync(JsonElement line, CancellationToken cancellation)
    {
        _heardAt = time.GetTimestamp();
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
