using System.Globalization;
using System.Net.Sockets;
using Orchestrator.Bench.Fleet.Peers;

namespace Orchestrator.Bench.Events.Peers;

/// <summary>
/// The process that is the QMP side of all VMs. Who started it connects to its control socket and writes a line for each step; it answers each with
/// <c>ok</c> when everything is written, or with what went wrong, and ends when the connection does.
/// <c>flood N</c>: every VM sends N events as fast as its socket takes them. <c>pace RATE N</c>: N events of all VMs in turn, RATE a second.
/// </summary>
public sealed class MonitorProgram : IDisposable
{
    /// <summary>The benchmark's verb for it.</summary>
    public const string Verb = "event-monitors";

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private readonly TimeProvider _time;
    private readonly ScriptedMonitor[] _monitors;
    private long _turn;

    private MonitorProgram(string vmDirectory, int vms, TimeProvider time)
    {
        _time = time;
        _monitors = [.. FleetNames.First(vms).Select(vm => new ScriptedMonitor(MadeSocket(vmDirectory, vm), time))];
    }

    /// <summary>Serves so many VMs, named as <see cref="FleetNames"/> says, in a directory of VMs until the one control connection ends.</summary>
    public static async Task RunAsync(string vmDirectory, int vms, string control, TimeProvider time, CancellationToken cancel)
    {
        using var program = new MonitorProgram(vmDirectory, vms, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var serving = program._monitors.Select(monitor => monitor.ServeAsync(stop.Token)).ToArray();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(control));
        listener.Listen();
        var commanding = program.ObeyAsync(listener, stop.Token);
        // A monitor ends only by failing.
        var first = await Task.WhenAny([commanding, .. serving]);
        await stop.CancelAsync();
        await first;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var monitor in _monitors)
            monitor.Dispose();
    }

    private static string MadeSocket(string vmDirectory, string vm) => Path.Combine(Directory.CreateDirectory(Path.Combine(vmDirectory, vm)).FullName, "qmp.sock");

    private async Task ObeyAsync(Socket listener, CancellationToken cancel)
    {
        await using var control = new NetworkStream(await listener.AcceptAsync(cancel), ownsSocket: true);
        using var lines = new StreamReader(control);
        await using var answers = new StreamWriter(control) { AutoFlush = true, NewLine = "\n" };
        while (await lines.ReadLineAsync(cancel) is { } line)
        {
            try
            {
                await StepAsync(line.Split(' '), cancel);
                await answers.WriteLineAsync("ok");
            }
            catch (Exception failure) when (failure is BenchException or IOException)
            {
                await answers.WriteLineAsync(failure.Message.ReplaceLineEndings(" "));
            }
        }
    }

    private Task StepAsync(string[] words, CancellationToken cancel) => words switch
    {
        ["flood", var count] => FloodAsync(long.Parse(count, CultureInfo.InvariantCulture), cancel),
        ["pace", var rate, var count] => PaceAsync(new EventPace(double.Parse(rate, CultureInfo.InvariantCulture), long.Parse(count, CultureInfo.InvariantCulture)), cancel),
        _ => throw new BenchException($"no such step: {string.Join(' ', words)}"),
    };

    private Task FloodAsync(long count, CancellationToken cancel) => Task.WhenAll(_monitors.Select(monitor => Task.Run(() => monitor.SendAsync(count, cancel), cancel)));

    private async Task PaceAsync(EventPace pace, CancellationToken cancel)
    {
        var started = _time.GetTimestamp();
        for (long sent = 0; sent < pace.Count;)
        {
            for (var due = pace.DueAfter(_time.GetElapsedTime(started)); sent < due; sent++)
                await _monitors[_turn++ % _monitors.Length].SendAsync(1, cancel);
            if (sent < pace.Count)
                await Task.Delay(Tick, _time, cancel);
        }
    }
}
