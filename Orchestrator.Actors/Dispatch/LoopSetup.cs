using Akka.Actor.Setup;
using Orchestrator.Protocol.Transport.Loop;

namespace Orchestrator.Actors.Dispatch;

/// <summary>Part of an actor system's setup: the loop of its <see cref="LoopExecutors"/>.</summary>
/// <param name="loop">Disposed by the caller, after the system has ended.</param>
public sealed class LoopSetup(SocketLoop loop) : Setup
{
    /// <summary>The loop.</summary>
    public SocketLoop Loop { get; } = loop;
}
