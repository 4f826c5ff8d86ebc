using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Cli;

/// <summary>A job that is not simply waited for: left, cancelled, resumed, missed.</summary>
public sealed class JobFollowingTests : IAsyncLifetime
{
    private const string CancelPath = $"/v1/jobs/{Samples.JobId}:cancel";
    private const string EventsPath = $"/v1/jobs/{Samples.JobId}/events";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task First_interrupt_leaves_the_job_and_names_it()
    {
        HoldJob();
        var run = CliRun.Against(_server);

        var running = run.RunAsync("ping", "--all", "-o", "ndjson");
        await run.OutWriter.Seen("web01");
        run.Interrupts.Raise();

        Assert.Equal(130, await running);
        Assert.Contains($"job {Samples.JobId} Running: 1 ok of 3", run.Error);
        Assert.Contains($"orchestrator job watch {Samples.JobId}", run.Error);
        Assert.DoesNotContain(_server.Requests, request => request.PathAndQuery == CancelPath);
    }

    [Fact]
    public async Task First_interrupt_prints_the_partial_table()
    {
        HoldJob();
        var run = new CliRun { Server = _server.SocketPath, ErrorIsTerminal = true, Time = new TickingTime() };

        var running = run.RunAsync("ping", "--all");
        await run.ErrorWriter.Seen("1 of 3");
        run.Interrupts.Raise();

        Assert.Equal(130, await running);
        Assert.Contains("web01  node1  Succeeded  1", run.Out);
    }

    [Fact]
    public async Task Second_interrupt_cancels_the_job()
    {
        HoldJob();
        _server.On("POST", CancelPath, Samples.Job("Cancelled", 3));
        var run = new CliRun { Server = _server.SocketPath, CancelGrace = TimeSpan.FromHours(1), ErrorIsTerminal = true };

        var running = run.RunAsync("ping", "--all", "-o", "ndjson");
        await run.OutWriter.Seen("web01");
        run.Interrupts.Raise();
        await run.ErrorWriter.Seen("Ctrl-C again cancels it");
        run.Interrupts.Raise();

        Assert.Equal(130, await running);
        _server.Single("POST", CancelPath);
        Assert.Contains($"job {Samples.JobId} Cancelled", run.Error);
    }

    [Fact]
    public async Task Wait_that_runs_out_leaves_the_job()
    {
        HoldJob();
        var time = new FakeTimeProvider();
        var run = new CliRun { Server = _server.SocketPath, Time = time };

        var running = run.RunAsync("ping", "--all", "-o", "ndjson", "--wait", "5s");
        await run.OutWriter.Seen("web01");
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(9, await running);
        Assert.Contains("which continues", run.Error);
    }

    [Fact]
    public async Task Interrupt_before_the_job_is_named_says_so()
    {
        _server.OnHeldStream("POST", "/v1/jobs");
        var run = CliRun.Against(_server);
        run.Interrupts.Raise();

        Assert.Equal(130, await run.RunAsync("ping", "--all"));
        Assert.Contains("orchestrator job ls", run.Error);
    }

    [Fact]
    public async Task Server_that_never_answers_is_given_up()
    {
        var time = new FakeTimeProvider();
        var arrived = new TaskCompletionSource();
        _server.OnSilence("GET", "/v1/vms", arrived);
        var run = new CliRun { Server = _server.SocketPath, Time = time };

        var running = run.RunAsync("vm", "ls");
        await arrived.Task;
        time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(1, await running);
        Assert.Contains("did not answer GET v1/vms within 30 s", run.Error);
    }

    [Fact]
    public async Task Answer_that_never_ends_is_given_up()
    {
        _server.OnHeldStream("GET", "/v1/vms", "{");
        var run = new CliRun { Server = _server.SocketPath, Time = new SecondTimerTime() };

        Assert.Equal(1, await run.RunAsync("vm", "ls"));
        Assert.Contains("began an answer and did not end it within 30 s", run.Error);
    }

    [Fact]
    public async Task Async_prints_the_id_and_returns()
    {
        _server.On("POST", "/v1/jobs", Samples.Job("Running", 3), 202);
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("ping", "--all", "--async"));
        Assert.Equal($"{Samples.JobId}\n", run.Out);
        Assert.Equal("application/json", _server.Single("POST", "/v1/jobs").Accept);
    }

    [Fact]
    public async Task Outcomes_missed_by_the_stream_are_fetched_and_counted_once()
    {
        _server.OnStream("POST", "/v1/jobs", Samples.JobLine("Running", 3), Samples.OutcomeLine(Samples.Succeeded("a")), """{"gap":{"missed":2}}""", Samples.JobLine("Partial", 3))
            .On("GET", $"/v1/jobs/{Samples.JobId}/invocations", $$"""{"items":[{{Samples.Succeeded("a")}},{{Samples.Succeeded("b")}},{{Samples.Ended("c", "Unknown", "ReplyLost")}}]}""");
        var run = CliRun.Against(_server);

        Assert.Equal(6, await run.RunAsync("ping", "--all", "-o", "ndjson"));
        Assert.Equal(["a", "b", "c"], run.OutLines.Select(line => JsonElement.Parse(line).GetProperty("name").GetString()));
        Assert.Contains("2 ok, 1 UNKNOWN of 3", run.Error);
    }

    [Fact]
    public async Task Stream_that_ends_before_the_job_is_asked_for_anew_and_each_outcome_is_shown_once()
    {
        var time = new FakeTimeProvider();
        _server.OnStream("POST", "/v1/jobs", Samples.JobLine("Running", 2), Samples.OutcomeLine(Samples.Succeeded("a")))
            .OnProblem("GET", EventsPath, 503, "moving", "another node takes the job");
        var run = new CliRun { Server = _server.SocketPath, Time = time };

        var running = run.RunAsync("ping", "--all", "-o", "ndjson");
        await AskedAnewAsync(time, 2);
        _server.OnStream("GET", EventsPath, Samples.JobLine("Running", 2), Samples.OutcomeLine(Samples.Succeeded("a")), Samples.OutcomeLine(Samples.Succeeded("b")), Samples.JobLine("Succeeded", 2));
        await Eventually.TrueAsync(() => Passed(time, running), Limit, "the job's end is told");

        Assert.Equal(0, await running);
        Assert.Equal(["a", "b"], run.OutLines.Select(line => JsonElement.Parse(line).GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Job_that_cannot_be_followed_any_more_is_given_up_in_time_and_named()
    {
        var time = new FakeTimeProvider();
        _server.OnStream("POST", "/v1/jobs", Samples.JobLine("Running", 2), Samples.OutcomeLine(Samples.Succeeded("a")))
            .OnProblem("GET", EventsPath, 503, "moving", "another node takes the job");
        var run = new CliRun { Server = _server.SocketPath, Time = time };

        var running = run.RunAsync("ping", "--all", "-o", "ndjson");
        await Eventually.TrueAsync(() => Passed(time, running), Limit, "it is given up");

        Assert.Equal(1, await running);
        Assert.Contains($"another node takes the job (moving). The job may continue: orchestrator job watch {Samples.JobId}", run.Error);
        Assert.InRange(_server.Requests.Count(request => request.PathAndQuery == EventsPath), 2, (int)(JobFollower.Patience / JobFollower.Pause));
    }

    [Fact]
    public async Task Job_that_is_gone_is_not_asked_for_anew()
    {
        var time = new FakeTimeProvider();
        _server.OnStream("POST", "/v1/jobs", Samples.JobLine("Running", 2)).OnProblem("GET", EventsPath, 404, "job-not-found", "no such job");
        var run = new CliRun { Server = _server.SocketPath, Time = time };

        var running = run.RunAsync("ping", "--all", "-o", "ndjson");
        await Eventually.TrueAsync(() => Passed(time, running), Limit, "it is given up");

        Assert.Equal(1, await running);
        _server.Single("GET", EventsPath);
    }

    [Fact]
    public async Task Outcomes_are_written_as_they_come()
    {
        HoldJob();
        var run = CliRun.Against(_server);

        var running = run.RunAsync("ping", "--all", "-o", "ndjson");
        await run.OutWriter.Seen("\n");

        Assert.False(running.IsCompleted);
        run.Interrupts.Raise();
        await running;
    }

    [Fact]
    public async Task Watched_job_gives_the_jobs_exit_code()
    {
        _server.OnStream("GET", $"/v1/jobs/{Samples.JobId}/events", Samples.JobLine("Running", 1), Samples.OutcomeLine(Samples.Ended("a", "Undelivered", "VmPaused")), Samples.JobLine("Partial", 1));
        var run = CliRun.Against(_server);

        Assert.Equal(5, await run.RunAsync("job", "watch", Samples.JobId));
        Assert.Contains("1 undelivered (1 VmPaused) of 1", run.Error);
    }

    [Fact]
    public async Task Job_is_shown_with_its_outcomes_so_far()
    {
        _server.On("GET", $"/v1/jobs/{Samples.JobId}", Samples.Job("Running", 2))
            .On("GET", $"/v1/jobs/{Samples.JobId}/invocations", $$"""{"items":[{{Samples.Succeeded("a")}}]}""");
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("job", "get", Samples.JobId));
        Assert.Contains("Succeeded", run.Out);
        Assert.Contains("Running: 1 ok of 2", run.Error);
    }

    [Fact]
    public async Task Programs_of_a_job_are_shown_as_programs()
    {
        _server.On("GET", $"/v1/jobs/{Samples.JobId}", Samples.Job("Partial", 2))
            .On("GET", $"/v1/jobs/{Samples.JobId}/invocations", $$"""{"items":[{{Samples.Program("a", 3, "hello", "Failed")}},{{Samples.Ended("b", "Undelivered", "VmPaused")}}]}""");
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("job", "get", Samples.JobId));
        Assert.Matches("^a +node1 +Failed +3 +2 +hello$", run.OutLines[1]);
        Assert.Matches("^b +node1 +Undelivered +VmPaused +0.5 +why$", run.OutLines[2]);
    }

    [Fact]
    public async Task Job_is_cancelled()
    {
        _server.On("POST", CancelPath, Samples.Job("Cancelled", 50, counts: """{"Succeeded":47,"Cancelled":1}"""));
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("job", "cancel", Samples.JobId));
        Assert.Equal($"job {Samples.JobId} Cancelled: 48 of 50 have their outcome\n", run.Out);
    }

    [Theory]
    [InlineData(true, false, true)]
    [InlineData(false, false, false)]
    [InlineData(true, true, false)]
    public async Task Progress_is_shown_on_a_terminal_only(bool terminal, bool quiet, bool expected)
    {
        _server.WithJob("Succeeded", Samples.Succeeded("a"), Samples.Succeeded("b"));
        var run = new CliRun { Server = _server.SocketPath, ErrorIsTerminal = terminal, Time = new TickingTime(), NoColor = true };

        Assert.Equal(0, await run.RunAsync(quiet ? ["ping", "--all", "-q"] : ["ping", "--all"]));
        Assert.Equal(expected, run.Error.Contains("2 of 2"));
        Assert.Equal(expected, run.Error.Contains('\x1b'));
        Assert.DoesNotContain('\x1b', run.Out);
    }

    [Fact]
    public async Task Progress_of_a_quick_job_is_not_shown()
    {
        _server.WithJob("Succeeded", Samples.Succeeded("a"));
        var run = new CliRun { Server = _server.SocketPath, ErrorIsTerminal = true, Time = new FakeTimeProvider() };

        Assert.Equal(0, await run.RunAsync("ping", "--all"));
        Assert.DoesNotContain('\r', run.Error);
    }

    /// <summary>Lets the pauses between tries pass until it was asked so often.</summary>
    private Task AskedAnewAsync(FakeTimeProvider time, int times) => Eventually.TrueAsync(
        () =>
        {
            time.Advance(JobFollower.Pause);
            return _server.Requests.Count(request => request.PathAndQuery == EventsPath) >= times;
        },
        Limit,
        "the stream is asked for anew");

    private static bool Passed(FakeTimeProvider time, Task running)
    {
        time.Advance(JobFollower.Pause);
        return running.IsCompleted;
    }

    private void HoldJob() => _server.OnHeldStream("POST", "/v1/jobs", Samples.JobLine("Running", 3), Samples.OutcomeLine(Samples.Succeeded("web01")));

    /// <summary>Only the second timer ever fires: after the one for an answer's beginning comes the one for its end.</summary>
    private sealed class SecondTimerTime : TimeProvider
    {
        private int _timers;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, Interlocked.Increment(ref _timers) == 2 ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
