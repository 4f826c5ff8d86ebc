using SharpFuzz;

namespace Orchestrator.Bench.Fuzz.Coverage;

/// <summary>
/// The process that AFL++ feeds: one target in a loop, until AFL++ ends it. The loop runs in a process below it, which is started anew when an input
/// has ended it: AFL++ gives up if that happens to the one it speaks to. Without AFL++ it tries standard input once.
/// </summary>
public static class CoverageChild
{
    /// <summary>The word on the command line; not for people.</summary>
    public const string Verb = "fuzz-child";

    /// <summary>Tries what AFL++ sends. An exception of the target is a crash to it.</summary>
    /// <exception cref="BenchException">There is no such target.</exception>
    public static void Run(string name)
    {
        if (!FuzzTargets.Names.Contains(name))
            throw new BenchException($"there is no target {name}", BenchException.UsageError);
        // Not made before there is a place to report to: making one already runs instrumented code.
        var target = new Lazy<IFuzzTarget>(() => FuzzTargets.Of(name)[0]);
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var input = new MemoryStream();
            stream.CopyTo(input);
            _ = target.Value.Try(input.ToArray());
        });
    }
}
