using Orchestrator.Host.Emulation.Sockets;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Emulation;

/// <summary>
/// An emulated fleet in this process: real sockets, the protocols of QMP and of the guest agent, and behind them no machine and no guest but scripts.
/// One thread serves all of it.
/// </summary>
internal sealed class Emulator : IDisposable
{
    private static readonly TimeSpan EventTick = TimeSpan.FromMilliseconds(10);
    private readonly EventLoop _loop;
    private readonly EmulationSockets _sockets;
    private readonly List<EmulatedListener> _listeners = [];
    private readonly List<EmulatedVm> _vms = [];
    private readonly EmulationOptions _options;
    private EventPulse? _pulse;
    private int _nextTeller;

    private Emulator(EmulationOptions options, TimeProvider time) => (_options, _loop, _sockets) = (options, new EventLoop(time), new EmulationSockets(options));

    /// <summary>Path of a configuration for <c>serve</c>; <see langword="null"/> where the directory is enough.</summary>
    public string? Configuration { get; private set; }

    /// <summary>Makes a fleet; every socket listens when this returns.</summary>
    /// <exception cref="EmulationException">It cannot be made; nothing of it remains.</exception>
    public static Emulator Start(EmulationOptions options, TimeProvider time)
    {
        EmulationDescriptors.Check(options.Vms, DescriptorLimit.OfThisProcess());
        var emulator = new Emulator(options, time);
        try
        {
            emulator.Listen();
            return emulator;
        }
        catch
        {
            emulator.Dispose();
            throw;
        }
    }

    /// <summary>Serves until it is cancelled, on this thread.</summary>
    public void Run(CancellationToken cancel)
    {
        if (_options.EventsPerSecond > 0)
        {
            _pulse = new EventPulse(_options.EventsPerSecond);
            SendEvents(_loop.Time.GetTimestamp());
        }
        _loop.Run(cancel);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var listener in _listeners)
            listener.Dispose();
        _sockets.Dispose();
        _loop.Dispose();
    }

    private void Listen()
    {
        var fleet = new EmulatedFleet(_options, _loop);
        foreach (var (number, name) in _options.Names().Index())
        {
            var (qmp, agent) = _sockets.Bind(number, name);
            var vm = new EmulatedVm(fleet, Persona.Of(name, _options.Seed, _options.Chaos), agent.Address);
            _vms.Add(vm);
            _listeners.Add(new EmulatedListener(_loop, qmp.Socket, vm.Monitor));
            _listeners.Add(new EmulatedListener(_loop, agent.Socket, vm.Agent));
        }
        Configuration = _sockets.WriteConfiguration();
    }

    private void SendEvents(long started)
    {
        for (var due = _pulse!.Take(_loop.Time.GetElapsedTime(started)); due > 0; due--)
            NextTeller()?.Monitor.SendEvent("RTC_CHANGE", """{"offset": 0, "qom-path": "/machine/rtc"}""");
        _loop.After(EventTick, () => SendEvents(started));
    }

    /// <summary>The next VM in turn whose monitor somebody listens to.</summary>
    private EmulatedVm? NextTeller()
    {
        for (var tried = 0; tried < _vms.Count; tried++)
        {
            var vm = _vms[_nextTeller];
            _nextTeller = (_nextTeller + 1) % _vms.Count;
            if (vm.Monitor.HasListener)
                return vm;
        }
        return null;
    }
}
