using System.Globalization;
using System.Runtime.InteropServices;

namespace Orchestrator.Bench.Fleet.Results;

/// <summary>The machine of a run as far as it explains the numbers: nothing that names it.</summary>
/// <param name="Processor">The processor's model, as the kernel names it.</param>
/// <param name="Cores">Logical processors that the run could use.</param>
/// <param name="MemoryGiB">Physical memory.</param>
/// <param name="Kernel">The Linux kernel's version, without a distribution's or a site's suffix.</param>
/// <param name="DotNet">The .NET runtime of the benchmark itself.</param>
/// <param name="LoadBefore">Load average of the minute before the run, without the run's own load; above 0.5 the absolute numbers suffer.</param>
public sealed record Machine(string Processor, int Cores, double MemoryGiB, string Kernel, string DotNet, double LoadBefore)
{
    /// <summary>Describes this machine now.</summary>
    public static Machine Describe() => new(
        Value("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30), 1),
        File.ReadAllText("/proc/sys/kernel/osrelease").Trim().Split('-')[0],
        RuntimeInformation.FrameworkDescription,
        double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture));

    private static string? Value(string file, string member) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(member, StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
}
