using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Tests.Processes;

public class ProcessUsageTests
{
    private const string Status = "Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\nThreads:\t3\n";

    [Fact]
    public void Cpu_is_user_plus_system_time()
    {
        var stat = "42 (orchestrator) S 1 42 42 0 -1 4194560 9 9 9 9 250 31 7 7 20 0 3 0 100 0 0";

        Assert.Equal(TimeSpan.FromMilliseconds(2810), ProcessUsage.Parse(stat, Status).Cpu);
    }

    [Fact]
    public void A_name_with_spaces_and_parentheses_moves_no_field()
    {
        var stat = "42 (a) b (c) 1 2) S 1 42 42 0 -1 4194560 9 9 9 9 250 31 7 7 20 0 3 0 100 0 0";

        Assert.Equal(TimeSpan.FromMilliseconds(2810), ProcessUsage.Parse(stat, Status).Cpu);
    }

    [Fact]
    public void Memory_is_in_bytes()
    {
        var usage = ProcessUsage.Parse("1 (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0", Status);

        Assert.Equal((1L << 20, 2L << 20), (usage.ResidentBytes, usage.PeakResidentBytes));
    }

    [Fact]
    public void This_process_has_used_time_and_memory()
    {
        var usage = ProcessUsage.Of(Environment.ProcessId);

        Assert.True(usage.Cpu > TimeSpan.Zero && usage.ResidentBytes > 1 << 20 && usage.PeakResidentBytes >= usage.ResidentBytes / 2);
    }

    [Fact]
    public void Peak_begins_anew_at_what_is_resident()
    {
        ProcessUsage.ResetPeak(Environment.ProcessId);
        var usage = ProcessUsage.Of(Environment.ProcessId);

        Assert.InRange(usage.PeakResidentBytes, usage.ResidentBytes / 2, usage.ResidentBytes * 2);
    }

    [Fact]
    public void Peak_of_a_process_that_does_not_exist_is_an_error_with_its_id() =>
        Assert.Contains("4194305", Assert.Throws<BenchException>(() => ProcessUsage.ResetPeak(4194305)).Message);

    [Fact]
    public void A_process_that_does_not_exist_is_an_error_with_its_id() =>
        Assert.Contains("4194305", Assert.Throws<BenchException>(() => ProcessUsage.Of(4194305)).Message);
}
