using System.Globalization;
using Akka.Configuration;
using Akka.Hosting;
using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Host.Clustering.Remoting;
using Orchestrator.Host.Configuration;

namespace Orchestrator.Host.Clustering;

/// <summary>Akka's own settings for a node of a cluster: the reasons are beside them.</summary>
internal static class AkkaCluster
{
    /// <summary>Name of every node's actor system: part of every address.</summary>
    public const string SystemName = "orchestrator";

    /// <summary>Makes the actor system a member of a cluster, if it is to be one. It joins nobody yet: <see cref="ClusterJoin"/> does.</summary>
    public static AkkaConfigurationBuilder AddMembership(this AkkaConfigurationBuilder akka, ClusterParts? cluster)
    {
        if (cluster is null)
            return akka;
        akka.AddCluster(cluster.Options);
        cluster.Tls?.Secure(akka);
        return akka;
    }

    /// <summary>The same without TLS.</summary>
    public static AkkaConfigurationBuilder AddCluster(this AkkaConfigurationBuilder akka, ClusterOptions options) => akka.AddHocon(Settings(options), HoconAddMode.Prepend);

    /// <summary>The settings as Akka reads them.</summary>
    public static Config Settings(ClusterOptions options) => ConfigurationFactory.ParseString($$"""
        akka {
          actor {
            provider = cluster
            serializers.orchestrator = "{{typeof(WireSerializer).AssemblyQualifiedName}}"
            serialization-bindings {
              "{{typeof(IWireMessage).AssemblyQualifiedName}}" = orchestrator
            }
            serialization-identifiers."{{typeof(WireSerializer).AssemblyQualifiedName}}" = {{WireSerializer.Id}}
            # What is not on the list is not sent and not read: no type is ever named by the sender.
            serialization-settings.allow-unregistered-types = off
          }
          remote.dot-netty.tcp {
            # Akka's own, counted; with TLS it is another.
            transport-class = "{{typeof(CountedTransport).FullName}}, {{typeof(CountedTransport).Assembly.GetName().Name}}"
            # Without TLS nobody on another machine may reach it.
            hostname = "{{ClusterPorts.Remoting(options).Address}}"
            public-hostname = "{{options.Listen.Host}}"
            port = {{options.Listen.Port.ToString(CultureInfo.InvariantCulture)}}
            # The default; our messages are cut below it.
            maximum-frame-size = 128000b
          }
          cluster {
            # A node that may have a remote VmHost has a role of that duty's name.
            roles = [{{string.Join(", ", options.Roles.Concat(options.OwnDuties).Select(role => $"\"{role}\""))}}]
            # A busy machine of two cores is late by seconds; a dead one must be noticed within a few.
            failure-detector { heartbeat-interval = 500ms, acceptable-heartbeat-pause = 3s, expected-response-after = 1s }
            # Each step from there to the removal of the node waits for the next of these.
            gossip-interval = 500ms
            leader-actions-interval = 500ms
            unreachable-nodes-reaper-interval = 500ms
            downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
            # The side with most nodes goes on. Two nodes cannot survive each other's death: a cluster has three or more.
            split-brain-resolver {
              active-strategy = keep-majority
              # The next coordinator of the sharding waits as long once more.
              stable-after = 2s
              down-all-when-unstable = off
            }
            # A node that was downed ends its actor system; the program builds another and joins again.
            run-coordinated-shutdown-when-down = on
            # Leaving hands over what the node does, one shard after the other.
            shutdown-after-unsuccessful-join-seed-nodes = off
            seed-node-timeout = 3s
            retry-unsuccessful-join-after = 3s
            sharding {
              state-store-mode = ddata
              remember-entities = off
              passivate-idle-entity-after = off
              # The claim in the store sees to it that no duty has two owners, so nobody waits here for the dead.
              coordinator-failure-backoff = 1s
              retry-interval = 500ms
              # A duty that is just being moved away from a node that dies waits so long, before it counts as nobody's. One that takes longer to end keeps its claim.
              handoff-timeout = 5s
              shard-start-timeout = 5s
              rebalance-interval = 3s
              least-shard-allocation-strategy { rebalance-absolute-limit = 4, rebalance-relative-limit = 0.3 }
              waiting-for-state-timeout = 1s
              updating-state-timeout = 2s
              distributed-data.durable.keys = []
            }
            singleton-proxy.singleton-identification-interval = 500ms
            distributed-data { gossip-interval = 500ms, notify-subscribers-interval = 200ms, durable.keys = [] }
          }
          coordinated-shutdown {
            exit-clr = off
            phases {
              cluster-sharding-shutdown-region.timeout = 15s
              cluster-exiting.timeout = 5s
            }
          }
        }
        """);
}
