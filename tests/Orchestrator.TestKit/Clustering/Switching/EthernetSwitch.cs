using System.Runtime.InteropServices;

namespace Orchestrator.TestKit.Clustering.Switching;

/// <summary>
/// An Ethernet switch in this process, whose ports are the network cards of namespaces. It carries frames between them and does to
/// them what <see cref="Faults"/> say: what the kernel's netem would do, where there is a kernel that has it. One thread does it all.
/// </summary>
internal sealed class EthernetSwitch : IDisposable
{
    /// <summary>Frames on slow links at a time: 100 Mbit/s for 2 s.</summary>
    private const int MaxDelayed = 16_384;

    /// <summary>A full frame at the usual MTU of 1,500, with room for a VLAN's tag.</summary>
    private const int MaxFrameBytes = 1_522;

    /// <summary>Read from one port before the others have their turn.</summary>
    private const int FramesPerTurn = 64;

    private const int Forever = -1;
    private const byte OwnAddresses = 2;

    private readonly IReadOnlyList<TapDevice> _ports;
    private readonly DelayedFrames _delayed = new(MaxDelayed);
    private readonly Random _chance;
    private readonly byte[] _frame = new byte[MaxFrameBytes];
    private readonly TimeProvider _clock = TimeProvider.System;
    private readonly long _start;
    private readonly int _stop;
    private readonly Thread _thread;
    private volatile LinkFaults _faults = LinkFaults.None;
    private long _lost;

    /// <summary>Starts to switch; the ports are its own from now on.</summary>
    /// <param name="ports">Port N has the address <see cref="AddressOf"/> N.</param>
    /// <param name="seed">Of the chance by which frames are lost.</param>
    public EthernetSwitch(IReadOnlyList<TapDevice> ports, int seed)
    {
        _ports = ports;
        _chance = new Random(seed);
        _start = _clock.GetTimestamp();
        _stop = LinuxCalls.Succeeds(LinuxCalls.CreateEvent(0, LinuxCalls.CloseOnExec), "making an event");
        _thread = new Thread(Run) { IsBackground = true, Name = "ethernet switch" };
        _thread.Start();
    }

    /// <summary>What is wrong with the links now. Frames that are on a slow link already arrive as they would have.</summary>
    public LinkFaults Faults
    {
        get => _faults;
        set => _faults = value;
    }

    /// <summary>Frames that a fault has swallowed so far.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>The hardware address of what is at a port.</summary>
    public static string AddressOf(int port) => $"02:00:00:00:00:{port:x2}";

    public void Dispose()
    {
        _ = LinuxCalls.Write(_stop, BitConverter.GetBytes(1L), sizeof(long));
        _thread.Join();
        _ = LinuxCalls.Close(_stop);
        foreach (var port in _ports)
            port.Dispose();
    }

    private TimeSpan Now => _clock.GetElapsedTime(_start);

    private void Run()
    {
        var entries = _ports.Select(port => port.File).Append(_stop).Select(file => new LinuxCalls.PollEntry { File = file, Events = LinuxCalls.Readable }).ToArray();
        while (true)
        {
            var wait = _delayed.Wait(Now) is { } next ? (int)Math.Ceiling(next.TotalMilliseconds) : Forever;
            if (LinuxCalls.Poll(entries, (nuint)entries.Length, wait) < 0 && Marshal.GetLastPInvokeError() != LinuxCalls.Interrupted)
                LinuxCalls.Succeeds(-1, "waiting for frames");
            if (entries[^1].Happened != 0)
                return;
            while (_delayed.TryTake(Now, out var to, out var frame))
                Deliver(to, frame, frame.Length);
            for (var port = 0; port < _ports.Count; port++)
            {
                if ((entries[port].Happened & LinuxCalls.Readable) != 0)
                    Receive(port);
                else if ((entries[port].Happened & LinuxCalls.Broken) != 0)
                    entries[port].File = -1;
            }
        }
    }

    private void Receive(int port)
    {
        for (var turn = 0; turn < FramesPerTurn; turn++)
        {
            var bytes = (int)LinuxCalls.Read(_ports[port].File, _frame, _frame.Length);
            if (bytes <= 0)
                return;
            if (Receiver(_frame.AsSpan(0, bytes)) is { } to && to != port)
                Forward(port, to, bytes);
        }
    }

    /// <summary>Hosts know each other's hardware addresses, so nothing is broadcast that anybody needs.</summary>
    private int? Receiver(ReadOnlySpan<byte> frame) =>
        frame is [OwnAddresses, 0, 0, 0, 0, var port, ..] && port < _ports.Count ? port : null;

    private void Forward(int from, int to, int bytes)
    {
        if (_faults.Between(from, to) is not { } link || (link.Loss > 0 && _chance.NextDouble() < link.Loss))
            Interlocked.Increment(ref _lost);
        else if (link.Delay == TimeSpan.Zero)
            Deliver(to, _frame, bytes);
        else if (!_delayed.TryAdd(Now + link.Delay, to, _frame.AsSpan(0, bytes)))
            Interlocked.Increment(ref _lost);
    }

    // A receiver whose card is not up, or is gone, receives nothing: that is its own affair.
    private void Deliver(int to, byte[] frame, int bytes) => _ = LinuxCalls.Write(_ports[to].File, frame, bytes);
}
