using System.Globalization;
using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Scale.Peers;

/// <summary>The emulated VMs of a turn: as many <c>orchestrator emulate</c> as their limit of open files wants. Disposing ends them.</summary>
public sealed class EmulatedVms : IAsyncDisposable
{
    private const string Listening = "no machine runs";
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private readonly List<ChildProcess> _emulators = [];

    private EmulatedVms(IReadOnlyList<string> directories) => Directories = directories;

    /// <summary>For <c>--vm-dir</c>, one per node.</summary>
    public IReadOnlyList<string> Directories { get; }

    /// <summary>Starts them; every socket listens when this returns.</summary>
    /// <exception cref="BenchException">One ended, or took more than two minutes.</exception>
    public static async Task<EmulatedVms> StartAsync(ScaleOptions options, int vms, int nodes, FleetDirectory files, CancellationToken cancel)
    {
        var emulated = new EmulatedVms([.. Enumerable.Range(0, nodes).Select(node => files.File($"v{node}"))]);
        try
        {
            foreach (var share in EmulatorShare.Of(vms, nodes, Preflight.OpenFiles()))
                emulated.Start(options, share, files.File($"emulator-{share.Prefix}.log"));
            var started = TimeProvider.System.GetTimestamp();
            foreach (var emulator in emulated._emulators)
                await ListensAsync(emulator, started, cancel);
            return emulated;
        }
        catch
        {
            await emulated.DisposeAsync();
            throw;
        }
    }

    /// <summary>What they have used, all together.</summary>
    /// <exception cref="BenchException">One has ended.</exception>
    public long ResidentBytes() => _emulators.Sum(emulator => ProcessUsage.Of(emulator.Id).ResidentBytes);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_emulators.Select(emulator => emulator.StopAsync(StopGrace)));

    private void Start(ScaleOptions options, EmulatorShare share, string log)
    {
        // The log of the turn before says that it listens.
        File.Delete(log);
        string[] latency = options.Latency is { } given ? ["--latency", given] : [];
        _emulators.Add(ChildProcess.Start(
            options.Program, ["emulate", "--vms", share.Vms.ToString(CultureInfo.InvariantCulture), "--dir", Directories[share.Node], "--prefix", share.Prefix, .. latency], log));
    }

    private static async Task ListensAsync(ChildProcess emulator, long started, CancellationToken cancel)
    {
        while (!emulator.LogTail().Contains(Listening, StringComparison.Ordinal))
        {
            if (emulator.HasExited)
                throw new BenchException($"the emulator ended: {emulator.LogTail()}");
            if (TimeProvider.System.GetElapsedTime(started) > StartPatience)
                throw new BenchException($"the emulator did not listen within {StartPatience.TotalSeconds} s: {emulator.LogTail()}");
            await Task.Delay(Poll, TimeProvider.System, cancel);
        }
    }
}
