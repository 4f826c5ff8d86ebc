using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Fleet.Peers;

/// <summary>The C programs of bench/peers, which travel beside this one as sources.</summary>
public static class PeerProgram
{
    private static readonly TimeSpan CompilerPatience = TimeSpan.FromMinutes(1);

    /// <summary>The directory of the sources.</summary>
    public static string Sources => Path.Combine(AppContext.BaseDirectory, "peers");

    /// <summary>Compiles <paramref name="name"/>.c now, for this machine. Returns the path of the program.</summary>
    /// <exception cref="BenchException">There is no C compiler, or it refuses the source.</exception>
    public static async Task<string> CompileAsync(string name, FleetDirectory directory, CancellationToken cancel)
    {
        var compiler = Executable.Find("gcc", "gcc libc6-dev");
        var program = directory.File(name);
        string[] arguments = ["-O2", "-Wall", "-pthread", "-o", program, Path.Combine(Sources, name + ".c")];
        await using var compilation = ChildProcess.Start(compiler, arguments, directory.File("gcc.log"));
        if (await compilation.WaitAsync(CompilerPatience, cancel) != 0)
            throw new BenchException($"gcc failed: {compilation.LogTail()}");
        return program;
    }
}
