using System.Globalization;
using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Hostile.Peers;

/// <summary>bench/peers/hostile_agent.c: the hostile guest, its honest double, and the plain reader. Every start is a process of its own.</summary>
public sealed class HostileProgram
{
    private static readonly TimeSpan LogPoll = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(5);
    private readonly string _program;
    private readonly FleetDirectory _directory;
    private int _starts;

    private HostileProgram(string program, FleetDirectory directory) => (_program, _directory) = (program, directory);

    /// <summary>Compiles it.</summary>
    /// <exception cref="BenchException">There is no C compiler, or it refuses the source.</exception>
    public static async Task<HostileProgram> CompileAsync(FleetDirectory directory, CancellationToken cancel) =>
        new(await PeerProgram.CompileAsync("hostile_agent", directory, cancel), directory);

    /// <summary>Starts an agent that behaves as <paramref name="mode"/> says. The socket is there when this returns.</summary>
    /// <exception cref="BenchException">It ended, or has no socket after half a minute.</exception>
    public async Task<ChildProcess> ListenAsync(string mode, string socket, CancellationToken cancel)
    {
        var process = Start(mode, socket);
        await UntilAsync(process, "listening", $"did not listen at {socket}", cancel);
        return process;
    }

    /// <summary>Starts a reader that takes a flood at <paramref name="pace"/>.</summary>
    public ChildProcess Drain(string socket, FloodPace pace) => Start(
        "drain", socket, pace.Bytes.ToString(CultureInfo.InvariantCulture), pace.Pause.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture));

    /// <summary>Returns when <paramref name="process"/> has its first connection.</summary>
    /// <exception cref="BenchException">It ended, or has none after half a minute.</exception>
    public static Task ConnectedAsync(ChildProcess process, CancellationToken cancel) =>
        UntilAsync(process, "connected", "was not connected to", cancel);

    /// <summary>Ends <paramref name="process"/>. Returns what it did.</summary>
    public static async Task<Flood> StopAsync(ChildProcess process)
    {
        await process.StopAsync(StopGrace);
        return Flood.Parse(process.LogTail());
    }

    private ChildProcess Start(params string[] arguments) =>
        ChildProcess.Start(_program, arguments, _directory.File($"hostile-{++_starts}.log"));

    private static async Task UntilAsync(ChildProcess process, string line, string otherwise, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!process.LogTail().Split('\n').Contains(line))
        {
            if (process.HasExited)
                throw new BenchException($"hostile_agent ended: {process.LogTail()}");
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
                throw new BenchException($"hostile_agent {otherwise} within {Patience.TotalSeconds} s");
            await Task.Delay(LogPoll, TimeProvider.System, cancel);
        }
    }
}
