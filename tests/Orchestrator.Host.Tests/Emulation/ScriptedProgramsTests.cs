using System.Security.Cryptography;
using System.Text;
using Orchestrator.Host.Emulation.Agent.Programs;

namespace Orchestrator.Host.Tests.Emulation;

public sealed class ScriptedProgramsTests : IDisposable
{
    private readonly EmulatedGuest _guest = new();

    public void Dispose() => _guest.Dispose();

    [Fact]
    public void Every_program_of_the_help_is_there()
    {
        foreach (var name in ScriptedPrograms.Names)
            Assert.NotNull(ScriptedPrograms.Run(new ProgramCall { Path = $"/usr/bin/{name}" }, _guest.Vm.Agent));
        Assert.Null(ScriptedPrograms.Run(new ProgramCall { Path = "/opt/true" }, _guest.Vm.Agent));
    }

    [Fact]
    public void Programs_tell_of_the_guest()
    {
        Assert.Equal((0, "vm0001\n", ""), _guest.Run("hostname"));
        Assert.Equal((0, _guest.Vm.Persona.System.Kernel + "\n", ""), _guest.Run("/bin/uname", "-r"));
        Assert.Equal((0, "vm0001\n", ""), _guest.Run("cat", "/etc/hostname"));
        Assert.Contains("emulated", _guest.Run("cat", "/etc/os-release").Out);
        Assert.Equal((0, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("vm0001\n"))) + "  /etc/hostname\n", ""), _guest.Run("sha256sum", "--", "/etc/hostname"));
        Assert.Equal((1, "", "cat: /none: No such file or directory\n"), _guest.Run("cat", "/none"));
        Assert.Equal(1, _guest.Run("uname", "-x").Code);
        Assert.Equal((0, "1\n2\n3\n", ""), _guest.Run("seq", "3"));
        Assert.Equal(1, _guest.Run("seq", "1", "3").Code);
    }

    [Fact]
    public void Input_goes_through_and_a_mode_chooses_what_is_kept()
    {
        var input = Convert.ToBase64String("text"u8);
        foreach (var (mode, kept) in new[] { ("\"stdout\"", true), ("\"stderr\"", false), ("true", true), ("false", false), ("\"merged\"", true) })
        {
            var pid = _guest.Returns("guest-exec", $$"""{"path":"cat","input-data":"{{input}}","capture-output":{{mode}}}""").GetRawText();
            Assert.Equal(kept, _guest.Returns("guest-exec-status", pid).TryGetProperty("out-data", out var output) && output.GetString() == input);
        }
    }

    [Theory]
    [InlineData("echo a 'b  c' \"d\"", 0, "a b  c d\n")]
    [InlineData("echo a;echo b\necho c", 0, "a\nb\nc\n")]
    [InlineData("false && echo no; echo yes", 0, "yes\n")]
    [InlineData("false||echo yes", 0, "yes\n")]
    [InlineData("true||echo no", 0, "")]
    [InlineData("echo a; exit 3; echo b", 3, "a\n")]
    [InlineData("false; exit", 1, "")]
    [InlineData("", 0, "")]
    [InlineData("nope --x=y", 127, "")]
    [InlineData("echo $HOME", 2, "")]
    [InlineData("echo a | cat", 2, "")]
    [InlineData("echo a > /tmp/x", 2, "")]
    [InlineData("echo \"$HOME\"", 2, "")]
    [InlineData("echo 'a", 2, "")]
    [InlineData("echo a &", 2, "")]
    [InlineData("sh -c true", 2, "")]
    [InlineData("/bin/sh -c true", 2, "")]
    public void Shell_runs_what_it_knows_and_nothing_of_a_script_that_it_does_not(string script, int code, string output)
    {
        var end = _guest.Run("/bin/sh", "-c", script);

        Assert.Equal((code, output), (end.Code, end.Out));
        Assert.Equal(code is 2 or 127, end.Error.StartsWith("sh: ", StringComparison.Ordinal));
    }

    [Fact]
    public void Shell_takes_the_time_of_its_programs() =>
        Assert.Equal(TimeSpan.FromSeconds(1.5), ScriptedPrograms.Run(new ProgramCall { Path = "sh", Arguments = ["-c", "sleep 1; sleep 0.5"] }, _guest.Vm.Agent)!.Duration);
}
