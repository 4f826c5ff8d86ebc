using System.Globalization;

namespace Orchestrator.Bench.Processes;

/// <summary>What a process has used so far, as the kernel accounts it.</summary>
/// <param name="Cpu">User and system time of all its threads, living and ended; a multiple of 10 ms (proc(5), utime and stime).</param>
/// <param name="ResidentBytes">Resident memory now (VmRSS).</param>
/// <param name="PeakResidentBytes">Its highest value so far (VmHWM).</param>
public sealed record ProcessUsage(TimeSpan Cpu, long ResidentBytes, long PeakResidentBytes)
{
    // USER_HZ: the unit of times in /proc on every Linux architecture that .NET supports.
    private const int TicksPerSecond = 100;

    /// <summary>Reads the usage of the living process <paramref name="id"/>.</summary>
    /// <exception cref="BenchException">The process has ended.</exception>
    public static ProcessUsage Of(int id)
    {
        try
        {
            return Parse(File.ReadAllText($"/proc/{id}/stat"), File.ReadAllText($"/proc/{id}/status"));
        }
        catch (IOException)
        {
            throw new BenchException($"process {id} ended while it was measured");
        }
    }

    /// <summary>Lets <see cref="PeakResidentBytes"/> of the process <paramref name="id"/> begin anew at what is resident now (proc(5), clear_refs).</summary>
    /// <exception cref="BenchException">The process has ended.</exception>
    public static void ResetPeak(int id)
    {
        try
        {
            File.WriteAllText($"/proc/{id}/clear_refs", "5");
        }
        catch (IOException)
        {
            throw new BenchException($"process {id} ended while it was measured");
        }
    }

    /// <summary>Takes the usage from the texts of <c>/proc/PID/stat</c> and <c>/proc/PID/status</c>.</summary>
    public static ProcessUsage Parse(string stat, string status)
    {
        // Field 2, the program's name in parentheses, may hold spaces and parentheses itself; field 3 follows its last ")".
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = Number(fields[14 - 3]) + Number(fields[15 - 3]);
        return new ProcessUsage(
            TimeSpan.FromSeconds((double)ticks / TicksPerSecond),
            Kilobytes(status, "VmRSS:") * 1024,
            Kilobytes(status, "VmHWM:") * 1024);
    }

    private static long Kilobytes(string status, string member)
    {
        var line = status.Split('\n').FirstOrDefault(line => line.StartsWith(member, StringComparison.Ordinal));
        return line is null ? 0 : Number(line.Split(' ', '\t').Last(word => word.Length > 0 && char.IsAsciiDigit(word[0])));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
