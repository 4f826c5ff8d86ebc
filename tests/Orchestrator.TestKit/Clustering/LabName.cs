using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Orchestrator.TestKit.Clustering;

/// <summary>What a lab's namespaces and directory are called: it says whose they are, so that the next lab can remove what a killed test run left.</summary>
/// <param name="Process">Id of the owner.</param>
/// <param name="Started">When the owner started, in ticks after the machine's start: ids are used again.</param>
/// <param name="Number">Counts the owner's labs from 1.</param>
public sealed record LabName(int Process, long Started, int Number)
{
    /// <summary>Every name begins so.</summary>
    public const string Prefix = "orc-lab.";

    private static int _labs;

    /// <summary>A new lab of this process.</summary>
    public static LabName Next() => new(Environment.ProcessId, StartOf(Environment.ProcessId)!.Value, Interlocked.Increment(ref _labs));

    /// <summary>Whether the process that made the lab is still there.</summary>
    public bool HasOwner => StartOf(Process) == Started;

    /// <summary>Name of a host's namespace.</summary>
    public string NamespaceOf(string host) => $"{this}.{host}";

    /// <summary>Reads the name of a lab, or of something that belongs to it.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out LabName? name)
    {
        name = null;
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        if (text[Prefix.Length..].Split('.') is not [var process, var started, var number, ..])
            return false;
        if (!int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            || !long.TryParse(started, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return false;
        name = new LabName(id, ticks, count);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Prefix}{Process}.{Started}.{Number}";

    /// <summary>Field 22 of proc(5)'s stat; the name before it may have spaces and parentheses.</summary>
    private static long? StartOf(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
