using System.Text.Json;
using Orchestrator.Host.Cli;
using Orchestrator.Host.Cli.Jobs;

namespace Orchestrator.Host.Tests.Cli;

/// <summary>Exit codes of every combination of phases: scripts switch on them.</summary>
public sealed class JobTallyTests
{
    private static readonly (string Phase, int Code, int Rank)[] Known =
    [
        (Phases.Succeeded, ExitCodes.Ok, 0), (Phases.Skipped, ExitCodes.Ok, 0), (Phases.Undelivered, ExitCodes.Undelivered, 1), (Phases.Failed, ExitCodes.Failed, 2),
        (Phases.Refused, ExitCodes.Failed, 2), (Phases.TimedOut, ExitCodes.Failed, 2), (Phases.Cancelled, ExitCodes.Cancelled, 3), (Phases.Unknown, ExitCodes.Unknown, 4),
    ];

    [Fact]
    public void Worst_phase_decides_in_every_combination()
    {
        for (var set = 1; set < 1 << Known.Length; set++)
        {
            var chosen = Known.Where((_, index) => (set & (1 << index)) != 0).ToArray();
            var tally = TallyOf([.. chosen.Select(known => Outcome(known.Phase))]);
            Assert.Equal(chosen.MaxBy(known => known.Rank).Code, tally.ExitCode(Job("Partial", chosen.Length)));
        }
    }

    [Theory]
    [InlineData("Succeeded", 2, 6)]
    [InlineData("Running", 2, 0)]
    [InlineData("Cancelled", 1, 8)]
    [InlineData("Cancelled", 2, 6)]
    public void Job_itself_counts_too(string phase, int targets, int expected) => Assert.Equal(expected, TallyOf(Outcome(Phases.Succeeded)).ExitCode(Job(phase, targets)));

    [Fact]
    public void Phase_of_a_newer_server_is_no_success() => Assert.Equal(ExitCodes.Unknown, TallyOf(Outcome("Postponed")).ExitCode(Job("Partial", 1)));

    [Theory]
    [InlineData(3, 3)]
    [InlineData(0, 0)]
    [InlineData(300, 255)]
    [InlineData(-1, 0)]
    public void Highest_exit_code_of_programs_fits_a_shell(int code, int expected) =>
        Assert.Equal(expected, TallyOf(Program(code), Program(0)).HighestExitCode(Job("Partial", 2)));

    [Fact]
    public void Target_without_a_program_counts_with_its_own_code()
    {
        Assert.Equal(5, TallyOf(Program(3), Outcome(Phases.Undelivered)).HighestExitCode(Job("Partial", 2)));
        Assert.Equal(9, TallyOf(Program(9), Outcome(Phases.Undelivered)).HighestExitCode(Job("Partial", 2)));
    }

    [Theory]
    [InlineData(Phases.Succeeded, "1 ok")]
    [InlineData(Phases.TimedOut, "1 timed out")]
    [InlineData(Phases.Unknown, "1 UNKNOWN")]
    [InlineData(Phases.Skipped, "1 skipped")]
    [InlineData("Postponed", "1 postponed")]
    public void Summary_has_a_word_for_each_phase(string phase, string expected) => Assert.Equal($"job J Partial: {expected} of 1 in 0 ms", TallyOf(Outcome(phase)).Line(Job("Partial", 1)));

    [Fact]
    public void Summary_without_outcomes_says_so() => Assert.Equal("job J Running: no outcome yet of 3 in 0 ms", TallyOf().Line(Job("Running", 3)));

    private static JobTally TallyOf(params OutcomeView[] outcomes)
    {
        var tally = new JobTally();
        foreach (var outcome in outcomes)
            tally.Add(outcome);
        return tally;
    }

    private static JobView Job(string phase, int targets) => new(JsonElement.Parse($$"""{"id":"J","phase":"{{phase}}","targets":{{targets}}}"""));

    private static OutcomeView Outcome(string phase) => new(JsonElement.Parse($$"""{"name":"a","host":"h","phase":"{{phase}}"}"""));

    private static OutcomeView Program(int code) => new(JsonElement.Parse($$"""{"name":"a","host":"h","phase":"{{(code == 0 ? "Succeeded" : "Failed")}}","exec":{"pid":1,"exitCode":{{code}} } }"""));
}
