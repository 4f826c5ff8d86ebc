using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;
using Orchestrator.Host.Cli.Results;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>A job from this client's side: follow it, show it, leave it on the first Ctrl-C, cancel it on the second.</summary>
internal sealed class JobSession(CliContext context, JobOptions options, Action<TerminalWriter, IReadOnlyList<OutcomeView>> writeTable)
{
    /// <summary>How far the job is, where its stream does not tell.</summary>
    public PolledProgress.Question? Progress { get; init; }

    /// <summary>Starts a job and follows it.</summary>
    /// <returns>One of <see cref="ExitCodes"/>, or a program's own with <c>-S</c>.</returns>
    /// <param name="request">Its body.</param>
    /// <param name="idempotencyKey">Of the job, if it has one.</param>
    public Task<int> RunAsync(byte[] request, string? idempotencyKey) => FollowAsync(options.Results.Read(context), HttpMethod.Post, "v1/jobs", request, idempotencyKey);

    /// <summary>Tries targets of an ended job again, and follows the job that does.</summary>
    public Task<int> RetryAsync(string id, byte[] request) => FollowAsync(options.Results.Read(context), HttpMethod.Post, $"v1/jobs/{Uri.EscapeDataString(id)}:retry", request);

    /// <summary>Follows a job that exists, from its first outcome on.</summary>
    public Task<int> WatchAsync(string id) => FollowAsync(options.Results.Read(context), HttpMethod.Get, EventsOf(id), null);

    /// <summary>Waits for a job that exists, and shows nothing of its outcomes.</summary>
    public Task<int> WaitAsync(string id) => FollowAsync(ResultForm.Nothing, HttpMethod.Get, EventsOf(id), null);

    /// <summary>Where a job's stream is.</summary>
    internal static string EventsOf(string id) => $"v1/jobs/{Uri.EscapeDataString(id)}/events";

    private async Task<int> FollowAsync(ResultForm form, HttpMethod method, string path, byte[]? request, string? idempotencyKey = null)
    {
        var report = new JobReport(form, context.Out, writeTable);
        // Lines that come one by one to a terminal show the progress themselves.
        var shows = context.Error.IsTerminal && !context.Quiet && !(form.Streams && form.Shown.Count > 0 && context.Out.IsTerminal);
        var progress = new JobProgress(context.Error, shows && Progress is null, context.Environment.Time);
        using var server = context.Connect();
        var polled = shows && Progress is { } ask ? new PolledProgress(server, new JobProgress(context.Error, shows, context.Environment.Time), ask, context.Environment.Time) : null;
        var follower = new JobFollower(server, report, progress, context.Environment.Time);
        var interrupts = context.Environment.Interrupts;
        using var wait = new CancellationTokenSource(context.Parsed.GetValue(options.Wait) ?? Timeout.InfiniteTimeSpan, context.Environment.Time);
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(interrupts.First, wait.Token);
        var concluded = false;
        try
        {
            var follow = follower.FollowAsync(method, path, request, idempotencyKey, leave.Token);
            var job = await (polled?.WhileAsync(follow, () => follower.Job?.Id) ?? follow);
            concluded = true;
            Conclude(report, job);
            return context.Parsed.GetValue(options.MaxExitCode) ? report.Tally.HighestExitCode(job) : report.Tally.ExitCode(job);
        }
        catch (OperationCanceledException) when (follower.Job is { } job)
        {
            return await LeaveAsync(server, report, job);
        }
        catch (OperationCanceledException)
        {
            throw new CliException(interrupts.First.IsCancellationRequested ? ExitCodes.Interrupted : ExitCodes.WaitTimedOut,
                "left before the server named the job: 'orchestrator job ls' shows whether it was started");
        }
        catch (CliException) when (!concluded && follower.Job is { } job)
        {
            report.Complete(job);
            throw;
        }
    }

    private void Conclude(JobReport report, JobView job)
    {
        try
        {
            report.Complete(job);
        }
        finally
        {
            Summarize(report.Tally.Line(job));
        }
    }

    private async Task<int> LeaveAsync(ServerClient server, JobReport report, JobView job)
    {
        try
        {
            Conclude(report, job);
        }
        finally
        {
            context.Error.WriteLine($"left job {job.Id}, which continues: 'orchestrator job watch {job.Id}' follows it, 'orchestrator job cancel {job.Id}' stops it");
        }
        var interrupts = context.Environment.Interrupts;
        if (!interrupts.First.IsCancellationRequested)
            return ExitCodes.WaitTimedOut;

        if (!interrupts.Second.IsCancellationRequested && context.Error.IsTerminal)
            context.Error.WriteLine("Ctrl-C again cancels it");
        try
        {
            await Task.Delay(context.Environment.CancelGrace, context.Environment.Time, interrupts.Second);
        }
        catch (OperationCanceledException)
        {
            var cancelled = new JobView(await CancelAsync(server, job.Id, CancellationToken.None));
            context.Error.WriteLine($"job {cancelled.Id} {cancelled.Phase}: what was not sent is cancelled");
        }
        return ExitCodes.Interrupted;
    }

    /// <summary>Cancels what has not been sent.</summary>
    public static Task<JsonElement> CancelAsync(ServerClient server, string id, CancellationToken cancellation) =>
        server.PostAsync($"v1/jobs/{Uri.EscapeDataString(id)}:cancel", null, cancellation);

    private void Summarize(string line)
    {
        if (!context.Quiet)
            context.Error.WriteLine(line);
    }
}
