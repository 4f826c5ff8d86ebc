using System.Text;
using System.Text.Json;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Tests.Agent.Exec;

public class GuestProgramTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Command_of_the_namespace_runs_the_program_as_guest_exec_does()
    {
        var command = EncodedCommand.ForGuest("guest-run", JsonElement.Parse("""{"path":"cat","arg":["-n"],"env":["A=1"],"input-data":"aGk="}"""));
        var channel = new ScriptedChannel((asked, _) => ScriptedChannel.Returned(
            asked.Name == "guest-exec" ? """{"pid":42}""" : """{"exited":true,"exitcode":3,"out-data":"aGk=","err-truncated":true}"""));

        var ran = Assert.IsType<CompositeResult.Ran>(await CompositeCommands.Of(command)!.RunAsync(new AgentTurns(channel, Minute, TimeProvider.System)));

        Assert.Equal("""{"path":"cat","capture-output":true,"arg":["-n"],"env":["A=1"],"input-data":"aGk="}""", channel.Asked[0].Arguments);
        Assert.Equal(
            """{"pid":42,"exitcode":3,"out-data":"aGk=","err-data":"","out-truncated":false,"err-truncated":true}""",
            Encoding.UTF8.GetString(Assert.IsType<ExecResult.Exited>(ran.Program).Status.ToRunResult().Value.Span));
    }

    [Fact]
    public async Task Full_output_comes_out_of_files_that_are_removed()
    {
        var guest = new ShellGuest("out of files", "and errors");

        var ran = await guest.RunAsync();

        var status = Assert.IsType<ExecResult.Exited>(ran.Program).Status;
        Assert.Equal(("out of files", "and errors"), (Encoding.UTF8.GetString(status.Stdout.Span), Encoding.UTF8.GetString(status.Stderr.Span)));
        Assert.Equal((false, false, null), (status.StdoutTruncated, status.StderrTruncated, ran.Note));
        Assert.Equal(["/bin/sh", "rm"], guest.Programs.Select(argv => argv[0]));
        Assert.Equal(["sh", guest.Directory, "echo", "a b"], guest.Programs[0][3..]);
        Assert.Equal(["-rf", "--", guest.Directory], guest.Programs[1][1..]);
        Assert.Matches("^/tmp/orchestrator-run-[0-9a-f]+$", guest.Directory);
    }

    [Fact]
    public void Directory_cannot_be_guessed() => Assert.NotEqual(DirectoryOf(FullEcho()), DirectoryOf(FullEcho()));

    [Fact]
    public async Task Files_that_could_not_be_made_are_the_shells_own_failure()
    {
        var ran = await new ShellGuest(null, null) { Status = """{"exited":true,"exitcode":126,"err-data":"bm8="}""" }.RunAsync();

        var status = Assert.IsType<ExecResult.Exited>(ran.Program).Status;
        Assert.Equal((126, "no"), (status.ExitCode, Encoding.UTF8.GetString(status.Stderr.Span)));
    }

    [Theory]
    [InlineData("out")]
    [InlineData("err")]
    public async Task Output_that_cannot_be_fetched_is_lost_and_its_files_are_removed_all_the_same(string missing)
    {
        var guest = new ShellGuest(missing == "out" ? null : "x", missing == "err" ? null : "x");

        var lost = Assert.IsType<ExecResult.OutputLost>((await guest.RunAsync()).Program);

        Assert.Equal((0, 42), (lost.Status.ExitCode, lost.Status.Pid));
        Assert.IsType<CommandResult.Refused>(lost.Result);
        Assert.Equal("rm", guest.Programs[^1][0]);
    }

    [Fact]
    public async Task Files_that_stay_are_told()
    {
        var guest = new ShellGuest("x", "y") { RemovalCode = 1 };

        var ran = await guest.RunAsync();

        Assert.Contains(guest.Directory, ran.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_that_still_runs_keeps_its_files_and_they_are_told()
    {
        var guest = new ShellGuest("x", "y") { Status = """{"exited":false}""" };

        var ran = await guest.RunAsync(TimeSpan.FromMilliseconds(20));

        Assert.IsType<ExecResult.StillRunning>(ran.Program);
        Assert.Contains(guest.Directory, ran.Note, StringComparison.Ordinal);
        Assert.DoesNotContain(guest.Programs, argv => argv[0] == "rm");
    }

    [Fact]
    public async Task Only_the_program_itself_is_told_as_started()
    {
        var started = new List<long>();

        await new ShellGuest("x", "y").RunAsync(onStarted: started.Add);

        Assert.Equal([42], started);
    }

    [Fact]
    public async Task Program_of_before_gives_its_full_output_too()
    {
        var program = FullEcho();
        var files = new Files.GuestFileSystem();
        files.Files[$"{DirectoryOf(program)}/out"] = "late"u8.ToArray();
        files.Files[$"{DirectoryOf(program)}/err"] = [];
        files.Instead = (command, _) => command.Name switch
        {
            "guest-exec" => ScriptedChannel.Returned("""{"pid":43}"""),
            "guest-exec-status" => ScriptedChannel.Returned("""{"exited":true,"exitcode":5}"""),
            _ => null,
        };

        var ran = Assert.IsType<CompositeResult.Ran>(await program.FollowAsync(new AgentTurns(files, Minute, TimeProvider.System), 42));

        var status = Assert.IsType<ExecResult.Exited>(ran.Program).Status;
        Assert.Equal((42, 5, "late"), (status.Pid, status.ExitCode, Encoding.UTF8.GetString(status.Stdout.Span)));
    }

    private static GuestProgram FullEcho() => GuestProgram.Of(new ExecSpec { Argv = ["echo", "a b"], FullOutput = true });

    private static string DirectoryOf(GuestProgram program) => JsonElement.Parse(program.Start.Arguments.Span).GetProperty("arg")[3].GetString()!;

    /// <summary>Runs no program: the files are there as if one had written them.</summary>
    private sealed class ShellGuest(string? stdout, string? stderr)
    {
        public List<string[]> Programs { get; } = [];

        public string Directory => Programs[0][4];

        public string Status { get; init; } = """{"exited":true,"exitcode":0}""";

        public int RemovalCode { get; init; }

        public async Task<CompositeResult.Ran> RunAsync(TimeSpan? timeout = null, Action<long>? onStarted = null)
        {
            var files = new Files.GuestFileSystem();
            files.Instead = (command, _) => Answer(files, command);
            return Assert.IsType<CompositeResult.Ran>(await FullEcho().RunAsync(new AgentTurns(files, timeout ?? Minute, TimeProvider.System) { OnStarted = onStarted }));
        }

        private CommandResult? Answer(Files.GuestFileSystem files, EncodedCommand command)
        {
            var arguments = JsonElement.Parse(command.Arguments.Span);
            if (command.Name == "guest-exec-status")
                return ScriptedChannel.Returned(Programs.Count == 1 ? Status : $$"""{"exited":true,"exitcode":{{RemovalCode}}}""");
            if (command.Name != "guest-exec")
                return null;
            Programs.Add([arguments.GetProperty("path").GetString()!, .. arguments.GetProperty("arg").EnumerateArray().Select(word => word.GetString()!)]);
            if (stdout is not null)
                files.Files[$"{Directory}/out"] = Encoding.UTF8.GetBytes(stdout);
            if (stderr is not null)
                files.Files[$"{Directory}/err"] = Encoding.UTF8.GetBytes(stderr);
            return ScriptedChannel.Returned("""{"pid":42}""");
        }
    }
}
