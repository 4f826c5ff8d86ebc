using Akka.Actor;
using Orchestrator.Protocol.Qmp.Server;

namespace Orchestrator.Actors.Endpoints;

/// <summary>"Do": sent to the <see cref="QmpEndpointSupervisor"/> by whoever accepts connections.</summary>
public static class EndpointCommands
{
    /// <summary>Serves a client. The connection is the endpoint's from here on; its <see cref="QmpServerConnection.Completion"/> is the end.</summary>
    /// <param name="Connection">Not started.</param>
    /// <param name="VmName">For people.</param>
    /// <param name="Vm">The VM's actor.</param>
    public sealed record Serve(QmpServerConnection Connection, string VmName, IActorRef Vm) : INoSerializationVerificationNeeded;
}

/// <summary>Only a <see cref="QmpClientActor"/>, its connection and its timers.</summary>
internal static class QmpClientSignals
{
    /// <summary>The client sent something.</summary>
    internal sealed record Received(QmpInput Input) : ILocalSignal;

    /// <summary>The transport took the answer to it.</summary>
    internal sealed record Answered(QmpInput Input) : ILocalSignal;

    /// <summary>The client has gone.</summary>
    internal sealed record Closed(string Cause) : ILocalSignal;

    /// <summary>The VM's QEMU was not reached in time for a greeting.</summary>
    internal sealed class GreetingOverdue : ILocalSignal
    {
        public static readonly GreetingOverdue Instance = new();

        private GreetingOverdue()
        {
        }
    }

    /// <summary>QEMU's answer about itself has the guest namespace in it.</summary>
    internal sealed record Introspected(PendingRequest Request, ReadOnlyMemory<byte> Answer) : ILocalSignal;

    /// <summary>QEMU's answer about itself was not understood.</summary>
    internal sealed record IntrospectionFailed(PendingRequest Request, string Reason) : ILocalSignal;

    /// <summary>A command waited long enough for a session with QEMU.</summary>
    internal sealed record SessionOverdue(PendingRequest Request) : ILocalSignal;
}

/// <summary>A client's command between its beginning and its answer.</summary>
internal sealed class PendingRequest(QmpInput input, QmpRequest request)
{
    public QmpInput Input { get; } = input;

    public QmpRequest Request { get; } = request;

    /// <summary>When it stops waiting for a session with QEMU; set when it first had to.</summary>
    public Deadline? WaitsUntil { get; set; }
}
