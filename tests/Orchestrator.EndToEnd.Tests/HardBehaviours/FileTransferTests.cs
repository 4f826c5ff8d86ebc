using System.Security.Cryptography;
using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using static Orchestrator.EndToEnd.Tests.HardBehaviours.GuestsFixture;

namespace Orchestrator.EndToEnd.Tests.HardBehaviours;

/// <summary>Files of any size into a real guest and out of it, beside other commands.</summary>
public sealed class FileTransferTests(GuestsFixture guests) : GuestTests(guests, Roomy)
{
    private const int Large = 20_000_000;

    [Fact]
    public async Task Large_file_goes_in_and_comes_back_while_other_commands_are_served()
    {
        var bytes = RandomNumberGenerator.GetBytes(Large);
        var push = Guests.Api.PushAsync(Roomy, "/tmp/large", bytes);
        var served = 0;
        while (!push.IsCompleted)
        {
            Assert.Equal(Roomy, await Guests.HostNameAsync(Roomy));
            served++;
        }

        var result = (await push).Succeeds().GetProperty("result");

        Assert.Equal((Large, Convert.ToHexStringLower(SHA256.HashData(bytes)), "sha256sum"), (result.Number("count"), result.Text("sha256"), result.Text("verified")));
        Assert.True(served > 5, $"only {served} commands were served during the transfer");
        var back = await Guests.Api.PullAsync(Roomy, "/tmp/large");
        Assert.True(bytes.AsSpan().SequenceEqual(back));
        (await Guests.Api.ShellAsync(Roomy, "rm /tmp/large")).Succeeds();
    }

    [Fact]
    public async Task File_of_the_kernel_that_tells_no_size_comes_whole() =>
        Assert.StartsWith("Linux version", System.Text.Encoding.UTF8.GetString(await Guests.Api.PullAsync(Roomy, "/proc/version")));

    [Fact]
    public async Task Client_copies_both_ways_and_keeps_nothing_of_a_file_that_is_not_there()
    {
        var local = Path.Combine(Guests.Server.Directory, "to-copy");
        var back = Directory.CreateDirectory(Path.Combine(Guests.Server.Directory, "back")).FullName;
        await File.WriteAllBytesAsync(local, RandomNumberGenerator.GetBytes(700_000));

        Assert.Equal(0, (await Guests.Server.CliAsync("cp", local, $"{Roomy}:/tmp/")).ExitCode);
        Assert.Equal(0, (await Guests.Server.CliAsync("cp", $"{Roomy}*:/tmp/to-copy", back)).ExitCode);
        Assert.Equal(4, (await Guests.Server.CliAsync("cp", $"{Roomy}:/no/such/file", back)).ExitCode);

        Assert.Equal([$"to-copy.{Roomy}"], Directory.GetFiles(back).Select(Path.GetFileName));
        Assert.Equal(await File.ReadAllBytesAsync(local), await File.ReadAllBytesAsync(Path.Combine(back, $"to-copy.{Roomy}")));
    }

    [Fact]
    public async Task All_output_of_a_program_comes_and_its_files_are_gone()
    {
        var script = "head -c 20000000 /dev/zero | tr '\\0' x; echo done >&2; exit 3";
        var run = await Guests.Server.CliAsync("run", "-t", Roomy, "--full-output", "--timeout", "110s", "-S", "-o", "ndjson", "--sh", script);

        var outcome = JsonElement.Parse(Assert.Single(run.Lines));
        var exec = outcome.GetProperty("exec");
        Assert.Equal((3, 3), (run.ExitCode, exec.Number("exitCode")));
        Assert.Equal((Large, false, "done\n"), (exec.GetProperty("stdout").Number("bytes"), exec.GetProperty("stdout").GetProperty("truncated").GetBoolean(), exec.GetProperty("stderr").Text("text")));
        Assert.Equal(Large, exec.GetProperty("stdout").Text("text")!.Count(character => character == 'x'));
        Assert.Equal("", (await Guests.Api.ShellAsync(Roomy, "ls /tmp | grep orchestrator-run || true")).Stdout());
    }

    [Fact]
    public async Task Small_file_is_written_by_a_command_of_the_namespace()
    {
        var written = (await Guests.Api.AgentAsync(Roomy, "guest-write-file", """{"filename":"/tmp/small","buf-b64":"aGVsbG8K"}""")).Result();
        var program = (await Guests.Api.AgentAsync(Roomy, "guest-run", """{"path":"cat","arg":["/tmp/small"]}""")).Result();

        Assert.Equal((6, "sha256sum"), (written.Number("count"), written.Text("verified")));
        Assert.Equal((0, "aGVsbG8K"), (program.Number("exitcode"), program.Text("out-data")));
    }
}
