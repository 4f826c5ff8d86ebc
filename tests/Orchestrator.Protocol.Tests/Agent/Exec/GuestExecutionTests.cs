using System.Text;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Tests.Agent.Exec;

public class GuestExecutionTests
{
    private const string Running = """{"exited":false}""";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly EncodedCommand Start = GuestExecution.Encode(new ExecSpec { Argv = ["true"] });

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Program_is_encoded_with_arguments_environment_and_input()
    {
        var command = GuestExecution.Encode(new ExecSpec { Argv = ["sh", "-c", "echo \"é\""], Environment = ["A=1"], Input = "hi"u8.ToArray() });

        using var sent = System.Text.Json.JsonDocument.Parse(command.Arguments);
        Assert.Equal("guest-exec", command.Name);
        Assert.Equal("sh", sent.RootElement.GetProperty("path").GetString());
        Assert.Equal(["-c", "echo \"é\""], sent.RootElement.GetProperty("arg").EnumerateArray().Select(arg => arg.GetString()));
        Assert.Equal(["A=1"], sent.RootElement.GetProperty("env").EnumerateArray().Select(value => value.GetString()));
        Assert.Equal("hi"u8.ToArray(), sent.RootElement.GetProperty("input-data").GetBytesFromBase64());
        Assert.True(sent.RootElement.GetProperty("capture-output").GetBoolean());
    }

    [Fact]
    public void Program_alone_sends_nothing_that_is_empty() =>
        Assert.Equal("""{"path":"true","capture-output":true}""", Encoding.UTF8.GetString(Start.Arguments.Span));

    [Fact]
    public async Task Short_program_is_asked_for_once_and_at_once()
    {
        var channel = new ScriptedChannel((command, _) => ScriptedChannel.Returned(
            command == Start ? """{"pid":42}""" : """{"exited":true,"exitcode":3,"out-data":"aGk=","err-data":"","out-truncated":true}"""));

        var result = await GuestExecution.RunAsync(channel, Start, Minute, _time);

        var status = Assert.IsType<ExecResult.Exited>(result).Status;
        Assert.Equal((42, 3, null), (status.Pid, status.ExitCode, status.Signal));
        Assert.Equal("hi"u8.ToArray(), status.Stdout.ToArray());
        Assert.Equal((0, true, false), (status.Stderr.Length, status.StdoutTruncated, status.StderrTruncated));
        Assert.Equal(["guest-exec", "guest-exec-status"], channel.Names);
        Assert.Equal("""{"pid":42}""", channel.Asked[1].Arguments);
    }

    [Fact]
    public async Task Signal_leaves_no_exit_code()
    {
        var channel = new ScriptedChannel((command, _) => ScriptedChannel.Returned(command == Start ? """{"pid":42}""" : """{"exited":true,"signal":9}"""));

        var status = Assert.IsType<ExecResult.Exited>(await GuestExecution.RunAsync(channel, Start, Minute, _time)).Status;

        Assert.Equal((null, 9), (status.ExitCode, status.Signal));
    }

    [Fact]
    public async Task Pauses_double_from_a_millisecond_to_a_second()
    {
        var (channel, time, paused) = (Busy(), new CountingTime(), 0);
        var run = GuestExecution.RunAsync(channel, Start, Minute, time);
        foreach (var pause in new[] { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000, 1000, 1000 })
        {
            paused++;
            await TestKit.Eventually.TrueAsync(() => time.Timers == paused, Minute, $"it waits for {pause} ms");
            var asked = channel.Asked.Count;
            time.Advance(TimeSpan.FromMilliseconds(pause - 0.5));
            Assert.Equal(asked, channel.Asked.Count);
            time.Advance(TimeSpan.FromMilliseconds(0.5));
            await TestKit.Eventually.TrueAsync(() => channel.Asked.Count == asked + 1, Minute, $"the question after {pause} ms is asked");
        }

        Assert.False(run.IsCompleted);
    }

    [Fact]
    public async Task Silence_after_a_question_is_waited_for_a_minute_at_most()
    {
        var channel = new ScriptedChannel((command, _) => command == Start ? ScriptedChannel.Returned("""{"pid":42}""") : ScriptedChannel.Lost);

        await GuestExecution.RunAsync(channel, Start, Minute * 10, _time);

        Assert.Equal([Minute * 10, Minute], channel.Asked.Select(asked => asked.Timeout));
    }

    [Fact]
    public async Task Program_that_runs_at_the_deadline_is_still_running_and_not_asked_for_after_it()
    {
        var channel = Busy();
        var run = GuestExecution.RunAsync(channel, Start, TimeSpan.FromSeconds(3), _time);

        while (!run.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        Assert.Equal(new ExecResult.StillRunning(42, HoldsPipesOnly: false), await run);
        Assert.All(channel.Asked, asked => Assert.InRange(asked.Timeout, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(3)));
    }

    [Fact]
    public async Task Question_just_before_the_deadline_has_time_for_its_answer()
    {
        var channel = Busy();
        var run = GuestExecution.RunAsync(channel, Start, TimeSpan.FromMilliseconds(1.5), _time);

        while (!run.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(0.25));
            await Task.Yield();
        }

        Assert.All(channel.Asked.Where(asked => asked.Name == "guest-exec-status"), asked => Assert.Equal(TimeSpan.FromMilliseconds(500), asked.Timeout));
        Assert.IsType<ExecResult.StillRunning>(await run);
    }

    [Fact]
    public async Task Program_that_cannot_be_started_is_not_asked_for()
    {
        var channel = new ScriptedChannel((_, _) => ScriptedChannel.Refused);

        Assert.Equal(new ExecResult.NotStarted(ScriptedChannel.Refused), await GuestExecution.RunAsync(channel, Start, Minute, _time));
        Assert.Equal(["guest-exec"], channel.Names);
    }

    [Fact]
    public async Task Lost_answer_to_the_question_loses_the_end()
    {
        var channel = new ScriptedChannel((command, _) => command == Start ? ScriptedChannel.Returned("""{"pid":42}""") : ScriptedChannel.Lost);

        Assert.Equal(new ExecResult.Lost(42, ScriptedChannel.Lost), await GuestExecution.RunAsync(channel, Start, Minute, _time));
    }

    [Fact]
    public async Task Time_that_the_start_took_counts()
    {
        var channel = new ScriptedChannel((command, _) =>
        {
            _time.Advance(Minute);
            return command.Name == "guest-file-open" ? ScriptedChannel.Returned("1000") : ScriptedChannel.Returned("""{"pid":42}""");
        });

        Assert.Equal(new ExecResult.StillRunning(42, HoldsPipesOnly: false), await GuestExecution.RunAsync(channel, Start, Minute, _time));
        Assert.Equal(["guest-exec", "guest-file-open", "guest-file-close"], channel.Names);
    }

    [Fact]
    public async Task Start_tells_its_pid_before_the_program_is_asked_for()
    {
        var asked = new List<string>();
        var channel = new ScriptedChannel((command, _) =>
        {
            asked.Add(command.Name);
            return ScriptedChannel.Returned(command == Start ? """{"pid":42}""" : """{"exited":true,"exitcode":0}""");
        });

        await GuestExecution.RunAsync(channel, Start, Minute, _time, pid => asked.Add($"started {pid}"));

        Assert.Equal(["guest-exec", "started 42", "guest-exec-status"], asked);
    }

    [Fact]
    public async Task Program_that_was_not_started_tells_no_pid() =>
        await GuestExecution.RunAsync(new ScriptedChannel((_, _) => ScriptedChannel.Refused), Start, Minute, _time, pid => Assert.Fail($"{pid}"));

    [Fact]
    public async Task Program_of_before_is_followed_without_being_started()
    {
        var channel = new ScriptedChannel((_, _) => ScriptedChannel.Returned("""{"exited":true,"exitcode":3}"""));

        Assert.Equal(3, Assert.IsType<ExecResult.Exited>(await GuestExecution.FollowAsync(channel, 42, Minute, _time)).Status.ExitCode);
        Assert.Equal(["guest-exec-status"], channel.Names);
        Assert.Equal("""{"pid":42}""", channel.Asked[0].Arguments);
    }

    [Fact]
    public async Task Program_of_before_is_asked_for_once_also_when_no_time_is_left()
    {
        var ended = new ScriptedChannel((_, _) => ScriptedChannel.Returned("""{"exited":true,"exitcode":0}"""));
        var running = Busy();

        Assert.IsType<ExecResult.Exited>(await GuestExecution.FollowAsync(ended, 42, -Minute, _time));
        Assert.Equal(new ExecResult.StillRunning(42, HoldsPipesOnly: false), await GuestExecution.FollowAsync(running, 42, TimeSpan.Zero, _time));
        Assert.Single(running.Asked, asked => asked.Name == "guest-exec-status");
        Assert.All(ended.Asked, asked => Assert.Equal(TimeSpan.FromMilliseconds(500), asked.Timeout));
    }

    [Theory]
    [InlineData("/proc/42/stat", true)] // the program is gone, and the guest has /proc: only its children hold the pipes
    [InlineData("/proc/", false)] // no /proc at all, as on Windows: nothing can be told
    public async Task Program_that_left_its_output_to_a_child_is_told_apart_where_the_guest_can_tell(string missing, bool holdsPipesOnly)
    {
        var channel = Busy(missing);
        var run = GuestExecution.RunAsync(channel, Start, TimeSpan.FromSeconds(1), _time);
        while (!run.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        Assert.Equal(new ExecResult.StillRunning(42, holdsPipesOnly), await run);
        Assert.Equal(channel.Asked.Count(asked => asked.Name == "guest-file-close"), holdsPipesOnly ? 1 : 0);
    }

    private static ScriptedChannel Busy(string? missing = null) => new((command, _) => command.Name switch
    {
        "guest-exec" => ScriptedChannel.Returned("""{"pid":42}"""),
        "guest-exec-status" => ScriptedChannel.Returned(Running),
        "guest-file-open" when missing is not null && Encoding.UTF8.GetString(command.Arguments.Span).Contains(missing, StringComparison.Ordinal) => ScriptedChannel.Refused,
        "guest-file-open" => ScriptedChannel.Returned("1000"),
        _ => ScriptedChannel.Returned("{}"),
    });

    /// <summary>Tells that somebody waits, which a test must know before it lets time pass.</summary>
    private sealed class CountingTime : FakeTimeProvider
    {
        private int _timers;

        public int Timers => Volatile.Read(ref _timers);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Interlocked.Increment(ref _timers);
            return timer;
        }
    }
}
