using Orchestrator.Host.Emulation.Agent;
using Orchestrator.Host.Emulation.Qmp;
using Orchestrator.Host.Emulation.Sockets;
using Orchestrator.Protocol.Qmp.Server;

namespace Orchestrator.Host.Emulation;

/// <summary>What all VMs of an emulated fleet share. Of one thread, as the loop is.</summary>
internal sealed class EmulatedFleet(EmulationOptions options, EventLoop loop)
{
    private const int KeptReaders = 64;
    private static readonly QmpServerOptions Limits = new() { MaxMessageBytes = 64 << 20 };
    private readonly Stack<QmpInputReader> _readers = new();
    private readonly Random _chance = new(options.Seed);

    /// <summary>As asked for.</summary>
    public EmulationOptions Options => options;

    /// <summary>Serves everything.</summary>
    public EventLoop Loop => loop;

    /// <summary>Commands of the monitors.</summary>
    public MonitorCommands Monitors { get; } = new();

    /// <summary>Commands of the agents.</summary>
    public AgentCommands Agents { get; } = new();

    /// <summary>A reader at rest, for whom bytes have come.</summary>
    public QmpInputReader TakeReader() => _readers.TryPop(out var reader) ? reader : new QmpInputReader(Limits);

    /// <summary>Takes a reader back that is at rest; one that holds the beginning of a message stays with its channel.</summary>
    /// <returns>What the channel has to keep.</returns>
    public QmpInputReader? GiveBack(QmpInputReader reader)
    {
        if (!reader.IsAtRest)
            return reader;
        if (_readers.Count < KeptReaders)
            _readers.Push(reader);
        return null;
    }

    /// <summary>Whether something befalls that does with this probability.</summary>
    public bool Befalls(double probability) => probability > 0 && _chance.NextDouble() < probability;
}
