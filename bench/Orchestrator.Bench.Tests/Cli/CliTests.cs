using Orchestrator.Bench.Cli;
using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Tests.Cli;

/// <summary>Time of children that have ended is counted for the whole process, so nothing runs beside it.</summary>
[Collection(Name)]
[CollectionDefinition(Name, DisableParallelization = true)]
public class CliTests
{
    private const string Name = "children of the process";

    [Fact]
    public void Options_are_read()
    {
        var options = CliOptions.Parse(["--vms", "7", "--starts", "3", "--program", "/tmp/a", "--against", "/tmp/b", "--results", "/tmp/results"]);

        Assert.Equal((7, 3, "/tmp/a", "/tmp/b", "/tmp/results"), (options.Vms, options.Starts, options.Program, options.Against, options.Results));
        Assert.Null(CliOptions.Parse([]).Against);
    }

    [Theory]
    [InlineData("--starts")]
    [InlineData("--starts", "0")]
    [InlineData("--vms", "many")]
    [InlineData("--commands", "1")]
    public void Wrong_option_is_a_usage_error(params string[] arguments) =>
        Assert.Equal(BenchException.UsageError, Assert.Throws<BenchException>(() => CliOptions.Parse(arguments)).ExitCode);

    [Fact]
    public async Task Start_takes_as_long_as_the_program_and_its_processor_time()
    {
        var idle = await CliStart.MeasureAsync("/bin/sh", ["-c", "sleep 0.3; echo done"], text => text == "done\n", CancellationToken.None);
        var busy = await CliStart.MeasureAsync("/bin/sh", ["-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo done"], text => text == "done\n", CancellationToken.None);

        Assert.True(idle.Milliseconds >= 300, idle.ToString());
        Assert.True(idle.CpuMilliseconds < 200, idle.ToString());
        Assert.True(busy.CpuMilliseconds > idle.CpuMilliseconds, $"{busy} {idle}");
    }

    [Theory]
    [InlineData("exit 3", "ended with 3")]
    [InlineData("echo other", "other")]
    [InlineData("echo no server >&2; exit 1", "no server")]
    public async Task Start_that_went_wrong_is_told(string script, string said) =>
        Assert.Contains(said, (await Assert.ThrowsAsync<BenchException>(() => CliStart.MeasureAsync("/bin/sh", ["-c", script], text => text == "done\n", CancellationToken.None))).Message);

    [Fact]
    public async Task Children_that_have_ended_are_counted()
    {
        var before = ChildrenUsage.Cpu();
        await CliStart.MeasureAsync("/bin/sh", ["-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"], _ => true, CancellationToken.None);

        Assert.True(ChildrenUsage.Cpu() > before);
    }

    [Fact]
    public async Task Program_that_is_not_there_is_told()
    {
        var options = new CliOptions { Program = "/nonexistent", Vms = 1 };

        await Assert.ThrowsAsync<BenchException>(() => CliCommand.RunAsync(options, TextWriter.Null, CancellationToken.None));
    }

    [Fact]
    public void Page_has_a_row_per_build_and_command_line()
    {
        var row = new CliRow(CliReport.Measured, "orchestrator vm ls", Distribution.Of([100, 110, 150]), Distribution.Of([60, 70, 80]));
        var page = new CliReport("2026-11-29", new Machine("cpu", 2, 8, "6.1", ".NET 10", 0.1), 50, [row, row with { Build = CliReport.Other }]).Page();

        Assert.Contains("| program | `orchestrator vm ls` | **110** | 102 | 142 | 100 | 70 |", page);
        Assert.Contains("| against | `orchestrator vm ls` |", page);
        Assert.Contains("50 emulated VMs; 3 starts", page);
    }
}
