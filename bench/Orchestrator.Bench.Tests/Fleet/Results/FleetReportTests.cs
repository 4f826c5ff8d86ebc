using System.Text.Json;
using Orchestrator.Bench.Fleet;
using Orchestrator.Bench.Fleet.Clients;
using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Tests.Fleet.Results;

public sealed class FleetReportTests : IDisposable
{
    private static readonly Machine Machine = new("a processor", 2, 4, "6.1", ".NET 10", 0);
    private readonly string _directory = Directory.CreateTempSubdirectory("ob-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Ratios_compare_neighbouring_turns_only()
    {
        // The machine is three times slower in the second turn, for both: the ratio is 0.5 in both turns.
        var report = Report(Turn("c", 10, 10), Turn("orchestrator", 20, 20), Turn("c", 30, 30), Turn("orchestrator", 60, 60));

        var ratio = Assert.Single(report.Ratios);
        Assert.Equal(("orchestrator", "c"), (ratio.Client, ratio.Against));
        Assert.Equal((0.5, 0.5), (Math.Round(ratio.Rate.Min, 9), Math.Round(ratio.Rate.Max, 9)));
    }

    [Fact]
    public void Cpu_ratio_is_of_microseconds_per_command()
    {
        var report = Report(Turn("c", 10) with { Cpu = TimeSpan.FromMilliseconds(1) }, Turn("orchestrator", 10) with { Cpu = TimeSpan.FromMilliseconds(3) });

        Assert.Equal(3, report.Ratios[0].Cpu.Median, 9);
        Assert.Equal(10, report.Clients[0].CpuMicrosecondsPerCommand.Median, 9);
    }

    [Fact]
    public void Rate_is_commands_over_wall_time_and_leaves_connecting_out()
    {
        var summary = Report(Turn("c", 10, 20)).Clients[0];

        Assert.Equal((5000, 10000), (summary.CommandsPerSecond.Min, summary.CommandsPerSecond.Max));
        Assert.Equal(1, summary.ConnectSeconds.Median);
    }

    [Fact]
    public void Without_the_orchestrator_there_are_no_ratios_and_no_memory()
    {
        var report = Report(Turn("c", 10), Turn("python", 10));

        Assert.Empty(report.Ratios);
        Assert.Null(report.Memory);
    }

    [Fact]
    public void Memory_per_vm_is_the_slope_above_the_empty_server()
    {
        var memory = Report(Turn("orchestrator", 10)).Memory!;

        Assert.Equal((40.0, 50.0, 60.0, 70.0), (memory.EmptyMiB, memory.ReadyMiB, memory.AfterMiB, memory.PeakMiB));
        Assert.Equal(102.4, memory.ReadyKiBPerVm, 9);
        Assert.Equal(204.8, memory.AfterKiBPerVm, 9);
    }

    [Fact]
    public void Guests_are_named_in_the_files_and_on_the_page_and_have_no_memory_per_vm()
    {
        var report = FleetReport.Of(new FleetOptions { Agents = 4, Guests = 4 }, Machine, [Turn("orchestrator", 10)], emptyServerBytes: 0);

        Assert.EndsWith("-fleet-guests-4", report.Name);
        Assert.Null(report.Memory);
        Assert.StartsWith("# Fleet of 4 guests, ", MarkdownReport.Of(report));
        Assert.Contains("virtio-serial", MarkdownReport.Of(report));
        Assert.DoesNotContain("virtio-serial", MarkdownReport.Of(Report(Turn("c", 10))));
    }

    [Fact]
    public void The_page_has_a_row_per_client_and_ratio_and_the_memory()
    {
        var page = MarkdownReport.Of(Report(Turn("c", 10), Turn("orchestrator", 20) with { ReaderCpu = TimeSpan.FromMilliseconds(2) }));

        Assert.Contains("| c | **10,000** (10,000 to 10,000) | 10.0 | 10.0 |", page);
        Assert.Contains("| orchestrator / c | **0.50** (0.50 to 0.50) |", page);
        Assert.Contains("| after the rounds | 60.0 | 204.8 |", page);
        Assert.Contains("20.0 µs CPU per command more", page);
    }

    [Fact]
    public async Task Files_are_named_as_asked_and_the_json_has_the_samples()
    {
        var report = Report(Turn("c", 10, 20));

        var path = await ReportFiles.WriteAsync(Path.Combine(_directory, "new"), "a-name", report, "page\n", CancellationToken.None);

        Assert.Equal("a-name.md", Path.GetFileName(path));
        Assert.Equal("page\n", File.ReadAllText(path));
        var json = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(path, "json"))).RootElement;
        Assert.Equal(20, json.GetProperty("samples")[0].GetProperty("roundMilliseconds")[1].GetDouble());
    }

    private static FleetReport Report(params Batch[] batches) =>
        FleetReport.Of(new FleetOptions { Agents = 100 }, Machine, batches, emptyServerBytes: 40 << 20);

    private static Batch Turn(string client, params double[] roundMilliseconds) => new()
    {
        Client = client,
        Commands = 100,
        Connect = TimeSpan.FromSeconds(1),
        Rounds = [.. roundMilliseconds.Select(TimeSpan.FromMilliseconds)],
        Cpu = TimeSpan.FromMilliseconds(1),
        Ready = new ProcessUsage(TimeSpan.Zero, 50 << 20, 65 << 20),
        After = new ProcessUsage(TimeSpan.Zero, 60 << 20, 70 << 20),
    };
}
