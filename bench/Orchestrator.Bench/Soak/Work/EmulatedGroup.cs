using System.Globalization;
using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Soak.Work;

/// <summary>One <c>orchestrator emulate</c>. Disposing ends it, and its VMs are gone.</summary>
public sealed class EmulatedGroup : IAsyncDisposable
{
    private const string Listening = "no machine runs";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private readonly ChildProcess _process;

    private EmulatedGroup(ChildProcess process) => _process = process;

    /// <summary>Starts it; every socket listens when this returns.</summary>
    /// <param name="program">The orchestrator's program.</param>
    /// <param name="directory">For the VMs' directories.</param>
    /// <param name="prefix">Of the VMs' names.</param>
    /// <param name="vms">How many.</param>
    /// <param name="more">Further arguments.</param>
    /// <param name="log">File of its output; it is begun anew.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <exception cref="BenchException">It ended, or did not listen within a minute.</exception>
    public static async Task<EmulatedGroup> StartAsync(string program, string directory, string prefix, int vms, IReadOnlyList<string> more, string log, CancellationToken cancel)
    {
        File.Delete(log);
        var group = new EmulatedGroup(ChildProcess.Start(program, ["emulate", "--vms", vms.ToString(CultureInfo.InvariantCulture), "--dir", directory, "--prefix", prefix, .. more], log));
        try
        {
            await group.ListensAsync(cancel);
            return group;
        }
        catch
        {
            await group.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _process.StopAsync(StopGrace);

    private async Task ListensAsync(CancellationToken cancel)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!_process.LogTail().Contains(Listening, StringComparison.Ordinal))
        {
            if (_process.HasExited)
                throw new BenchException($"the emulator ended: {_process.LogTail()}");
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
                throw new BenchException($"the emulator did not listen within {Patience.TotalSeconds} s: {_process.LogTail()}");
            await Task.Delay(Poll, TimeProvider.System, cancel);
        }
    }
}
