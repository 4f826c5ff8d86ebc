using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using static Orchestrator.EndToEnd.Tests.HardBehaviours.GuestsFixture;

namespace Orchestrator.EndToEnd.Tests.HardBehaviours;

/// <summary>Programs in real guests: how they end, what they write, and that an end is told once and known to everybody.</summary>
public sealed class ProgramTests(GuestsFixture guests) : GuestTests(guests, Roomy)
{
    private const int AgentsOutputCap = 16 * 1024 * 1024;

    [Fact]
    public async Task Program_that_ends_well_succeeds_with_its_output()
    {
        var outcome = (await Guests.Api.ShellAsync(Roomy, "echo out; echo err >&2")).Succeeds();

        var exec = outcome.GetProperty("exec");
        Assert.Equal(0, exec.Number("exitCode"));
        Assert.Equal("out\n", outcome.Stdout());
        Assert.Equal("err\n", exec.GetProperty("stderr").Text("text"));
        Assert.False(exec.TryGetProperty("signal", out _));
    }

    [Fact]
    public async Task Program_that_ends_badly_failed_with_its_exit_code()
    {
        var outcome = (await Guests.Api.ShellAsync(Roomy, "exit 7")).Ends("Failed", "ExitNonZero", "Applied");

        Assert.Equal(7, outcome.GetProperty("exec").Number("exitCode"));
    }

    [Fact]
    public async Task Program_ended_by_a_signal_has_the_signal_and_no_exit_code()
    {
        var exec = (await Guests.Api.ShellAsync(Roomy, "kill -9 $$")).Ends("Failed", "Signaled", "Applied").GetProperty("exec");

        Assert.Equal(9, exec.Number("signal"));
        Assert.False(exec.TryGetProperty("exitCode", out _));
    }

    [Fact]
    public async Task Program_that_does_not_exist_was_refused_and_had_no_effect()
    {
        var outcome = (await Guests.Api.AgentAsync(Roomy, "guest-exec", """{"path":"/no/such/program"}""")).Ends("Refused", "GuestError", "None");

        Assert.Equal("GenericError", outcome.GetProperty("error").Text("class"));
    }

    [Fact]
    public async Task Output_beyond_the_agents_cap_is_kept_to_the_cap_and_called_truncated()
    {
        var stdout = (await Guests.Api.ShellAsync(Roomy, "head -c 20000000 /dev/zero | tr '\\0' x", timeoutMs: 110_000)).Succeeds().GetProperty("exec").GetProperty("stdout");

        Assert.Equal(AgentsOutputCap, stdout.Number("bytes"));
        Assert.True(stdout.GetProperty("truncated").GetBoolean());
        Assert.Equal(AgentsOutputCap, stdout.Text("text")!.Length);
        Assert.Equal(Roomy, await Guests.HostNameAsync(Roomy));
    }

    [Fact]
    public async Task Child_that_holds_the_output_open_is_reported_at_the_deadline_and_leaves_the_agent_free()
    {
        var outcome = (await Guests.Api.ShellAsync(Roomy, "sleep 60 & echo hi", timeoutMs: 2_000)).Ends("TimedOut", "PipesHeld", "Applied");

        Assert.True(outcome.GetProperty("exec").Number("pid") > 1);
        Assert.Equal(Roomy, await Guests.HostNameAsync(Roomy));
    }

    [Fact]
    public async Task Two_callers_of_one_programs_status_get_the_same_end_and_so_does_a_third()
    {
        var start = """{"path":"/bin/sh","arg":["-c","echo once"],"capture-output":true}""";
        var pid = (await Guests.Api.AgentAsync(Roomy, "guest-exec", start)).Result().Number("pid");

        JsonElement[] pair;
        do
            pair = await Task.WhenAll(StatusAsync(pid), StatusAsync(pid));
        while (!pair.All(status => status.GetProperty("exited").GetBoolean()));

        Assert.Equal("b25jZQo=", pair[0].Text("out-data"));
        Assert.Equal(pair[0].GetRawText(), pair[1].GetRawText());
        Assert.Equal(pair[0].GetRawText(), (await StatusAsync(pid)).GetRawText());
    }

    [Fact]
    public async Task Client_gives_programs_their_input_and_environment_and_exits_with_their_code()
    {
        var input = Path.Combine(Guests.Server.Directory, "input");
        await File.WriteAllTextAsync(input, "from the host");

        var run = await Guests.Server.CliAsync("run", "-t", Roomy, "--env", "WHO=guest", "--input", input, "-S", "-o", "ndjson", "--sh", "cat; echo \" to the $WHO\"; exit 3");

        Assert.Equal(3, run.ExitCode);
        Assert.Equal("from the host to the guest\n", JsonElement.Parse(Assert.Single(run.Lines)).Stdout());
    }

    private async Task<JsonElement> StatusAsync(int pid) => (await Guests.Api.AgentAsync(Roomy, "guest-exec-status", $$"""{"pid":{{pid}}}""")).Result();
}
