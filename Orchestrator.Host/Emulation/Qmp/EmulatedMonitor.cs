using System.Buffers;
using System.Text;
using Orchestrator.Host.Emulation.Sockets;
using Orchestrator.Protocol.Qmp.Server;

namespace Orchestrator.Host.Emulation.Qmp;

/// <summary>The QMP server of one emulated VM: greeting, negotiation, commands in their order, events.</summary>
internal sealed class EmulatedMonitor(EmulatedFleet fleet, EmulatedVm vm) : IEmulatedPeer
{
    private EmulatedClient? _client;
    private QmpNegotiation? _negotiation;
    private QmpInputReader? _reader;

    /// <summary>Whether somebody is there who gets events.</summary>
    public bool HasListener => _negotiation is { IsComplete: true };

    /// <inheritdoc/>
    public void OnConnected(EmulatedClient client)
    {
        (_client, _negotiation, _reader) = (client, new QmpNegotiation(offersOutOfBand: true), null);
        client.Send(MonitorCommands.Greeting);
    }

    /// <inheritdoc/>
    public void OnReceived(ReadOnlySpan<byte> bytes)
    {
        var reader = _reader ?? fleet.TakeReader();
        // Answers are written while this is read.
        var input = new ReadOnlySequence<byte>(bytes.ToArray());
        while (reader.Read(ref input) is { } message && _client is { } client)
        {
            if (Respond(message) is { IsEmpty: false } line)
                client.Send(line);
        }
        _reader = _client is null ? null : fleet.GiveBack(reader);
    }

    /// <inheritdoc/>
    public void OnDisconnected() => (_client, _negotiation, _reader) = (null, null, null);

    /// <summary>Tells what happened, if somebody listens: QEMU keeps no event for later.</summary>
    /// <param name="name">The event.</param>
    /// <param name="data">Its data as JSON.</param>
    public void SendEvent(string name, string? data = null)
    {
        if (HasListener)
            _client!.Send(QmpMessages.Event(name, data is null ? default : Encoding.UTF8.GetBytes(data), fleet.Loop.Time.GetUtcNow()));
    }

    private ReadOnlyMemory<byte> Respond(QmpInput input)
    {
        var negotiation = _negotiation!;
        var request = QmpRequest.Read(input, negotiation.OutOfBand);
        if (request.Fault is { } fault)
            return QmpMessages.Error(fault, request.Id.Span);
        var answer = negotiation.Takes(request)
            ? negotiation.Decide(request) is { } refusal ? Answer.Failure(refusal) : Answer.Empty
            : fleet.Monitors.Execute(vm, request);
        return answer.Error is { } error ? QmpMessages.Error(error, request.Id.Span) : QmpMessages.Return(answer.Value.Span, request.Id.Span);
    }
}
