using System.Globalization;
using Orchestrator.TestKit.Processes;

namespace Orchestrator.TestKit.Clustering;

/// <summary>
/// A wall clock of its own for a process, which a test sets while the process runs (libfaketime). Monotonic time goes on as it is, as
/// after a step of NTP: time namespaces have it the other way around.
/// </summary>
public sealed class SkewedClock
{
    private const string Package = "libfaketime";
    private const string Shared = "/dev/shm";
    private readonly string _file;
    private readonly string _library;

    /// <summary>A clock that is right until it is set.</summary>
    /// <param name="file">Tells the process its offset; the process reads it again each time it asks for the time.</param>
    /// <exception cref="FileNotFoundException">The library is not installed; the message has the command that installs it.</exception>
    public SkewedClock(string file)
    {
        _file = file;
        _library = FindLibrary();
        Set(TimeSpan.Zero);
    }

    /// <summary>Variables of the process's environment, each <c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Environment =>
        [$"LD_PRELOAD={_library}", $"FAKETIME_TIMESTAMP_FILE={_file}", "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"];

    /// <summary>The clock jumps: it shows the machine's time and so much more, or less.</summary>
    public void Set(TimeSpan offset)
    {
        // The process may read at any moment: it finds the old offset or the new one, nothing between.
        var written = _file + ".new";
        File.WriteAllText(written, offset.TotalSeconds.ToString("+0.###;-0.###;+0", CultureInfo.InvariantCulture) + "\n");
        File.Move(written, _file, overwrite: true);
    }

    /// <summary>Removes what the library of a killed process leaves behind; one that ends by itself does so.</summary>
    internal static void Forget(int process)
    {
        File.Delete(Path.Combine(Shared, $"sem.faketime_sem_{process}"));
        File.Delete(Path.Combine(Shared, $"faketime_shm_{process}"));
    }

    private static string FindLibrary()
    {
        const string name = "faketime/libfaketimeMT.so.1";
        var found = new[] { "/usr/lib", "/usr/lib64" }.Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        return found ?? throw RequiredTool.Missing(Path.GetFileName(name), Package);
    }
}
