using System.Buffers;
using Orchestrator.Host.Emulation.Agent.Programs;
using Orchestrator.Host.Emulation.Sockets;
using Orchestrator.Protocol.Qmp.Server;

namespace Orchestrator.Host.Emulation.Agent;

/// <summary>
/// The agent of one emulated guest: one command at a time, in their order, an answer to each. As with the real one, it does not know its clients: the
/// beginning of a message is finished by the next client, and an answer goes to whoever is there then.
/// </summary>
internal sealed class EmulatedAgent(EmulatedFleet fleet, EmulatedVm vm) : IEmulatedPeer
{
    private const int MostWaiting = 64;
    private const byte Sentinel = 0xFF;
    private static readonly TimeSpan Slowness = TimeSpan.FromSeconds(1);
    private EmulatedClient? _client;
    private QmpInputReader? _reader;
    private Queue<byte[]>? _delayed;
    private GuestFiles? _files;
    private GuestProcesses? _processes;

    /// <summary>Who the guest is.</summary>
    public Persona Persona => vm.Persona;

    /// <summary>Whether its filesystems are frozen.</summary>
    public bool IsFrozen { get; set; }

    /// <summary>By how much its clock is ahead, ns.</summary>
    public long ClockOffset { get; set; }

    /// <summary>Its machine.</summary>
    public EmulatedVm Vm => vm;

    /// <summary>Clock of the host.</summary>
    public TimeProvider Time => fleet.Loop.Time;

    /// <summary>Its files, once somebody asks for one.</summary>
    public GuestFiles Files => _files ??= new GuestFiles(vm.Persona);

    /// <summary>Its programs, once somebody starts one.</summary>
    public GuestProcesses Processes => _processes ??= new GuestProcesses(fleet.Loop.Time);

    private TimeSpan Latency => fleet.Options.Latency + (vm.Persona.Trait == Trait.Slow ? Slowness : TimeSpan.Zero);

    /// <inheritdoc/>
    public void OnConnected(EmulatedClient client)
    {
        _client = client;
        Listen();
    }

    /// <inheritdoc/>
    public void OnReceived(ReadOnlySpan<byte> bytes)
    {
        var reader = _reader ?? fleet.TakeReader();
        var input = new ReadOnlySequence<byte>(bytes.ToArray());
        while (reader.Read(ref input) is { } message)
        {
            if (fleet.Befalls(fleet.Options.Chaos.Cut))
                _client?.Close();
            else if (Respond(message) is { } line)
                Send(line);
        }
        _reader = fleet.GiveBack(reader);
    }

    /// <inheritdoc/>
    public void OnDisconnected() => _client = null;

    /// <summary>Takes what is sent to it, or does not, as its machine and its process are now.</summary>
    public void Listen() => _client?.Read(vm.AgentListens && (_delayed?.Count ?? 0) < MostWaiting);

    /// <summary>Its process has ended: handles and programs are gone, and what it had not answered.</summary>
    /// <param name="thaws">The guest has booted, so nothing is frozen.</param>
    public void Forget(bool thaws)
    {
        (_reader, _processes) = (null, null);
        _files?.CloseAll();
        _delayed?.Clear();
        IsFrozen &= !thaws;
    }

    private byte[]? Respond(QmpInput input)
    {
        var request = QmpRequest.Read(input, outOfBand: false);
        var answer = request.Fault is { } fault ? Answer.Failure(fault) : fleet.Agents.Execute(this, request);
        if (answer.IsSilence)
            return null;
        var message = answer.Error is { } error ? QmpMessages.Error(error, request.Id.Span) : QmpMessages.Return(answer.Value.Span, request.Id.Span);
        return Line(message.Span, request.Command == "guest-sync-delimited" && answer.Error is null);
    }

    /// <summary>A monitor's message with the agent's line end: LF where QMP has CR LF.</summary>
    private static byte[] Line(ReadOnlySpan<byte> message, bool isDelimited)
    {
        var line = new byte[message.Length - 1 + (isDelimited ? 1 : 0)];
        line[0] = Sentinel;
        message[..^2].CopyTo(line.AsSpan(isDelimited ? 1 : 0));
        line[^1] = (byte)'\n';
        return line;
    }

    private void Send(byte[] line)
    {
        if (Latency == TimeSpan.Zero)
        {
            _client?.Send(line);
            return;
        }
        (_delayed ??= new()).Enqueue(line);
        Listen();
        fleet.Loop.After(Latency, SendDelayed);
    }

    private void SendDelayed()
    {
        if (!_delayed!.TryDequeue(out var line))
            return;
        _client?.Send(line);
        Listen();
    }
}
