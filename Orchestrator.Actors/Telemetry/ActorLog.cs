using System.Runtime.CompilerServices;
using Akka.Actor;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Actors.Telemetry;

/// <summary>
/// Where actors write what operators should read: numbered entries (docs/OPERATIONS.md), under the name of the actor's type. Without a place of their own they
/// go to Akka's log.
/// </summary>
public static class ActorLog
{
    private static readonly ConditionalWeakTable<ActorSystem, ILoggerFactory> Factories = [];

    /// <summary>Gives the log of an actor system a place; before its actors are started.</summary>
    public static void WriteTo(ActorSystem system, ILoggerFactory loggers) => Factories.AddOrUpdate(system, loggers);

    /// <summary>The log of the actor of type <typeparamref name="T"/>. To be asked for where something is written, not before.</summary>
    internal static ILogger Log<T>(this IActorContext context) => Of<T>(context.System);

    /// <summary>The log of something of the actor system that is no actor.</summary>
    internal static ILogger Of<T>(ActorSystem system) => Factories.TryGetValue(system, out var loggers) ? loggers.CreateLogger<T>() : new AkkaLogger(system);
}
