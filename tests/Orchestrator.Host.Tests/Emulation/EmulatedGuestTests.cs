using System.Text;
using Orchestrator.Host.Emulation;
using Orchestrator.Host.Emulation.Agent;
using Orchestrator.Host.Emulation.Agent.Programs;

namespace Orchestrator.Host.Tests.Emulation;

/// <summary>What an emulated guest remembers, without sockets.</summary>
public sealed class EmulatedGuestTests : IDisposable
{
    private readonly EmulatedGuest _guest = new();

    public void Dispose() => _guest.Dispose();

    [Fact]
    public void Frozen_guest_takes_only_what_a_frozen_agent_takes()
    {
        Assert.Equal(1, _guest.Returns("guest-fsfreeze-freeze").GetInt32());

        Assert.Equal("frozen", _guest.Returns("guest-fsfreeze-status").GetString());
        Assert.Equal("Command guest-fsfreeze-freeze has been disabled: the agent is in frozen state", _guest.Fails("guest-fsfreeze-freeze"));
        Assert.Equal("CommandNotFound", _guest.Agent("guest-get-osinfo").Error!.Class);
        Assert.Equal(6, _guest.Returns("guest-info").GetProperty("supported_commands").EnumerateArray().Count(command => command.GetProperty("enabled").GetBoolean()));
        Assert.Equal(1, _guest.Returns("guest-fsfreeze-thaw").GetInt32());
        Assert.Equal(0, _guest.Returns("guest-fsfreeze-thaw").GetInt32());
        Assert.Equal("thawed", _guest.Returns("guest-fsfreeze-status").GetString());
    }

    [Fact]
    public void Clock_can_be_set_and_goes_on()
    {
        _guest.Returns("guest-set-time", """{"time":5000000000}""");
        _guest.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(7_000_000_000, _guest.Returns("guest-get-time").GetInt64());
        _guest.Returns("guest-set-time");
        Assert.Equal(GuestFacts.HostTime(_guest.Time), _guest.Returns("guest-get-time").GetInt64());
    }

    [Fact]
    public void Machine_goes_through_its_states()
    {
        Assert.Equal("running", _guest.Vm.RunState);
        _guest.Vm.Stop();
        Assert.False(_guest.Vm.AgentListens);
        _guest.Vm.Continue();
        Assert.True(_guest.Vm.AgentListens);

        Assert.True(_guest.Agent("guest-suspend-ram").IsSilence);
        Assert.Equal("suspended", _guest.Vm.RunState);
        EmulatedGuest.Value(_guest.Qmp("system_wakeup"));
        Assert.Equal("Unable to wake up: guest is not in suspended state", _guest.Qmp("system_wakeup").Error!.Description);

        Assert.True(_guest.Agent("guest-shutdown").IsSilence);
        Assert.Equal(("shutdown", false), (_guest.Vm.RunState, _guest.Vm.PortIsOpen));
        Assert.Equal("Resetting the Virtual Machine is required", _guest.Qmp("cont").Error!.Description);
        EmulatedGuest.Value(_guest.Qmp("system_reset"));
        Assert.Equal("prelaunch", _guest.Vm.RunState);
        EmulatedGuest.Value(_guest.Qmp("cont"));
        Assert.True(_guest.Vm.IsRunning);
        Assert.StartsWith("mode is invalid", _guest.Fails("guest-shutdown", """{"mode":"now"}"""));
    }

    [Theory]
    [InlineData("Paused", "paused", true, false)]
    [InlineData("Silent", "running", true, false)]
    [InlineData("Absent", "running", false, false)]
    [InlineData("Slow", "running", true, true)]
    public void Trait_shows_from_the_start(string trait, string runState, bool portIsOpen, bool listens)
    {
        var persona = Persona.Of("vm0001", 0, Chaos.None) with { Trait = Enum.Parse<Trait>(trait) };

        var vm = new EmulatedVm(_guest.Fleet, persona, "unix:/x,server=on");

        Assert.Equal((runState, portIsOpen, listens), (vm.RunState, vm.PortIsOpen, vm.AgentListens));
    }

    [Fact]
    public void File_is_written_read_and_closed()
    {
        var file = _guest.Returns("guest-file-open", """{"path":"/tmp/a","mode":"w+"}""").GetInt64();
        Assert.Equal(1000, file);
        Assert.Equal(5, _guest.Returns("guest-file-write", """{"handle":1000,"buf-b64":"aGVsbG8="}""").GetProperty("count").GetInt32());
        Assert.Equal(1, _guest.Returns("guest-file-seek", """{"handle":1000,"offset":-4,"whence":"end"}""").GetProperty("position").GetInt32());

        var part = _guest.Returns("guest-file-read", """{"handle":1000,"count":3}""");
        Assert.Equal(("ell", false), (Encoding.UTF8.GetString(part.GetProperty("buf-b64").GetBytesFromBase64()), part.GetProperty("eof").GetBoolean()));
        Assert.True(_guest.Returns("guest-file-read", """{"handle":1000}""").GetProperty("eof").GetBoolean());
        _guest.Returns("guest-file-close", """{"handle":1000}""");
        Assert.Equal("handle '1000' has not been found", _guest.Fails("guest-file-close", """{"handle":1000}"""));
        Assert.Equal(1001, _guest.Returns("guest-file-open", """{"path":"/tmp/a","mode":"ab"}""").GetInt64());
        _guest.Returns("guest-file-write", """{"handle":1001,"buf-b64":"IQ=="}""");
        Assert.Equal((0, "hello!", ""), _guest.Run("cat", "/tmp/a"));
    }

    [Theory]
    [InlineData("guest-file-open", """{"path":"/none"}""", "failed to open file '/none' (mode: 'r'): No such file or directory")]
    [InlineData("guest-file-open", """{"path":"/tmp/a","mode":"q"}""", "invalid file open mode 'q'")]
    [InlineData("guest-file-read", """{"handle":1000,"count":-1}""", "value '-1' is invalid for argument count")]
    [InlineData("guest-file-read", """{"handle":1000}""", "failed to read file: Bad file descriptor")]
    [InlineData("guest-file-write", """{"handle":1001,"buf-b64":"aGk="}""", "failed to write to file: Bad file descriptor")]
    [InlineData("guest-file-write", """{"handle":1000,"buf-b64":"aGk=","count":3}""", "value '3' is invalid for argument count")]
    [InlineData("guest-file-seek", """{"handle":1000,"offset":-1,"whence":0}""", "failed to seek file: Invalid argument")]
    [InlineData("guest-exec", """{"path":"/opt/x"}""", "Guest agent command failed, error was 'Failed to execute child process \u201C/opt/x\u201D (No such file or directory)'")]
    [InlineData("guest-exec-status", """{"pid":1}""", "Invalid parameter 'pid'")]
    public void Failure_has_the_real_agents_words(string command, string arguments, string description)
    {
        _guest.Returns("guest-file-open", """{"path":"/tmp/w","mode":"w"}""");
        _guest.Returns("guest-file-open", """{"path":"/etc/hostname"}""");

        Assert.Equal(description, _guest.Fails(command, arguments));
    }

    [Fact]
    public void Guest_keeps_only_so_much()
    {
        _guest.Returns("guest-file-open", """{"path":"/tmp/a","mode":"w"}""");
        var half = Convert.ToBase64String(new byte[GuestFiles.MostBytes / 2]);
        _guest.Returns("guest-file-write", $$"""{"handle":1000,"buf-b64":"{{half}}"}""");

        Assert.StartsWith("failed to write to file: No space left on device", _guest.Fails("guest-file-write", $$"""{"handle":1000,"buf-b64":"{{half}}"}"""));
        _guest.Returns("guest-file-open", """{"path":"/tmp/a","mode":"w"}""");
        _guest.Returns("guest-file-write", $$"""{"handle":1001,"buf-b64":"{{half}}"}""");
    }

    [Fact]
    public void Program_runs_its_time_and_its_end_is_told_once()
    {
        var pid = _guest.Returns("guest-exec", """{"path":"sleep","arg":["2"],"capture-output":"merged"}""").GetRawText();
        Assert.False(_guest.Returns("guest-exec-status", pid).GetProperty("exited").GetBoolean());

        _guest.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(0, _guest.Returns("guest-exec-status", pid).GetProperty("exitcode").GetInt32());
        Assert.Equal("Invalid parameter 'pid'", _guest.Fails("guest-exec-status", pid));
    }

    [Fact]
    public void Programs_that_nobody_asks_for_are_limited()
    {
        for (var started = 0; started < GuestProcesses.Most; started++)
            _guest.Returns("guest-exec", """{"path":"true"}""");

        Assert.Contains("Failed to fork", _guest.Fails("guest-exec", """{"path":"true"}"""));
    }

    [Fact]
    public void End_of_the_agent_ends_handles_programs_and_not_files()
    {
        _guest.Returns("guest-file-open", """{"path":"/tmp/a","mode":"w"}""");
        _guest.Returns("guest-file-write", """{"handle":1000,"buf-b64":"aGk="}""");
        var pid = _guest.Returns("guest-exec", """{"path":"true"}""").GetRawText();
        _guest.Returns("guest-fsfreeze-freeze");

        _guest.Vm.Agent.Forget(thaws: false);
        Assert.Equal("frozen", _guest.Returns("guest-fsfreeze-status").GetString());
        _guest.Vm.Agent.Forget(thaws: true);

        Assert.Equal("handle '1000' has not been found", _guest.Fails("guest-file-flush", """{"handle":1000}"""));
        Assert.Equal("Invalid parameter 'pid'", _guest.Fails("guest-exec-status", pid));
        Assert.Equal((0, "hi", ""), _guest.Run("cat", "/tmp/a"));
    }
}
