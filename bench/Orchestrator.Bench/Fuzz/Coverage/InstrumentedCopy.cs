using SharpFuzz;

namespace Orchestrator.Bench.Fuzz.Coverage;

/// <summary>
/// A copy of this program in which Orchestrator.Protocol.dll reports every branch it takes. Only what is fuzzed reports: the targets' own code
/// would count as progress too.
/// </summary>
public static class InstrumentedCopy
{
    private const string Subject = "Orchestrator.Protocol.dll";

    /// <summary>Makes the copy in the new directory <paramref name="directory"/>. Returns the path of the program in it.</summary>
    public static string Make(string directory)
    {
        Directory.CreateDirectory(directory);
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory))
            File.Copy(file, Path.Combine(directory, Path.GetFileName(file)));
        Fuzzer.Instrument(Path.Combine(directory, Subject), _ => true, Options.Value);
        return Path.Combine(directory, Path.GetFileName(typeof(InstrumentedCopy).Assembly.Location));
    }
}
