using System.Globalization;
using System.Net.Sockets;
using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Events.Peers;

/// <summary>The <see cref="MonitorProgram"/> as a child, and its control connection. Not for two callers at once.</summary>
public sealed class Monitors : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private readonly ChildProcess _process;
    private readonly int _vms;
    private NetworkStream? _control;
    private StreamReader? _answers;

    private Monitors(ChildProcess process, int vms) => (_process, _vms) = (process, vms);

    /// <summary>Events that all VMs together have sent.</summary>
    public long Sent { get; private set; }

    /// <summary>Starts it; every VM's socket listens when this returns.</summary>
    /// <exception cref="BenchException">It ended, or did not listen within half a minute.</exception>
    public static async Task<Monitors> StartAsync(FleetDirectory directory, int vms, CancellationToken cancel)
    {
        var control = directory.File("monitors.sock");
        string[] arguments = [typeof(Monitors).Assembly.Location, MonitorProgram.Verb, directory.VmDirectory, vms.ToString(CultureInfo.InvariantCulture), control];
        var monitors = new Monitors(ChildProcess.Start("dotnet", arguments, directory.File("monitors.log")), vms);
        try
        {
            await monitors.ConnectAsync(control, cancel);
            return monitors;
        }
        catch
        {
            await monitors.DisposeAsync();
            throw;
        }
    }

    /// <summary>Every VM sends so many events as fast as its socket takes them.</summary>
    /// <exception cref="BenchException">A VM could not.</exception>
    public Task FloodAsync(int perVm, CancellationToken cancel) => StepAsync($"flood {perVm}", (long)perVm * _vms, cancel);

    /// <summary>All VMs in turn send events at a steady pace, the same number each.</summary>
    /// <exception cref="BenchException">A VM could not.</exception>
    public Task PaceAsync(EventPace pace, CancellationToken cancel) =>
        StepAsync(string.Create(CultureInfo.InvariantCulture, $"pace {pace.PerSecond:R} {pace.Count}"), pace.Count, cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _answers?.Dispose();
        if (_control is not null)
            await _control.DisposeAsync();
        await _process.DisposeAsync();
    }

    private async Task StepAsync(string step, long events, CancellationToken cancel)
    {
        await using var line = new StreamWriter(_control!, leaveOpen: true);
        await line.WriteAsync(step + "\n");
        await line.FlushAsync(cancel);
        var answer = await _answers!.ReadLineAsync(cancel);
        if (answer != "ok")
            throw new BenchException($"the QMP servers could not {step}: {answer ?? _process.LogTail()}");
        Sent += events;
    }

    private async Task ConnectAsync(string control, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(control), cancel);
                _control = new NetworkStream(socket, ownsSocket: true);
                _answers = new StreamReader(_control, leaveOpen: true);
                return;
            }
            catch (SocketException)
            {
                socket.Dispose();
            }
            if (_process.HasExited || TimeProvider.System.GetElapsedTime(started) > StartPatience)
                throw new BenchException($"the QMP servers did not start: {_process.LogTail()}");
            await Task.Delay(Poll, TimeProvider.System, cancel);
        }
    }
}
