using Orchestrator.Actors.Dispatch;
using Orchestrator.Actors.Mailboxes;

namespace Orchestrator.Host.Serving;

/// <summary>Akka's settings for a node, in a cluster or not: the reasons are beside them.</summary>
internal static class ActorSettings
{
    /// <summary>Of <c>VmSettings.Dispatcher</c>; its actor system needs a <see cref="LoopSetup"/>.</summary>
    public const string VmDispatcher = "akka.actor.vm-dispatcher";

    /// <summary>As Akka reads them.</summary>
    public static string Text { get; } = $$"""
        akka {
          # A node has three actors per VM, and nothing for them to do most of the time.
          actor.default-mailbox.mailbox-type = "{{typeof(LinkedMailbox).FullName}}, {{typeof(LinkedMailbox).Assembly.GetName().Name}}"
          # VMs, their sessions and what gives them commands: on the thread that reads their sockets.
          {{VmDispatcher["akka.".Length..]}} {
            type = Dispatcher
            executor = "{{typeof(LoopExecutors).FullName}}, {{typeof(LoopExecutors).Assembly.GetName().Name}}"
            throughput = 30
          }
          # Actors wait for a tenth of a second at least, and each tick of their clock wakes a processor.
          scheduler.tick-duration = 25ms
          # The host ends the actors, after what needs them to stop well; on SIGTERM Akka would be the first.
          coordinated-shutdown.run-by-clr-shutdown-hook = off
        }
        """;
}
