using Akka.Actor;
using Akka.Event;

namespace Orchestrator.Actors;

/// <summary>A message that only an actor itself, its children, its sessions and its timers send: it never leaves the process.</summary>
internal interface ILocalSignal : INoSerializationVerificationNeeded, IDeadLetterSuppression;
