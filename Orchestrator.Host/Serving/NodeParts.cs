using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Actors.Endpoints;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.Actors.Vms;
using Orchestrator.Host.Clustering;
using Orchestrator.Host.Configuration;
using Orchestrator.Host.Controllers;
using Orchestrator.Host.Storage;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Serving;

/// <summary>What the actors of one node are made of.</summary>
internal sealed record NodeParts
{
    /// <summary>
    /// From one write of a job's outcomes to the next, while others are awaited. A transaction costs more than all that is done for a command, whether it has one row or fifty. Akka's clock
    /// has steps of 10 ms.
    /// </summary>
    public static readonly TimeSpan JobWritePause = TimeSpan.FromMilliseconds(15);

    /// <summary>From one write of few events to the next: shorter, because readers wait for each.</summary>
    public static readonly TimeSpan EventWritePause = TimeSpan.FromMilliseconds(5);

    /// <summary>Where actors write their log.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Name of the node's VmHost.</summary>
    public required string Host { get; init; }

    /// <summary>Set when the node is one of a cluster.</summary>
    public ClusterParts? Cluster { get; init; }

    /// <summary>Where the API finds what of the fleet's work is here.</summary>
    public required LocalParts Local { get; init; }

    /// <summary>The VMs of remote VmHosts that the configuration lists, by the name of the VmHost.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<VmSpec>> RemoteHosts { get; init; } = new Dictionary<string, IReadOnlyList<VmSpec>>();

    /// <summary>Deadlines, pauses and limits of the VMs.</summary>
    public required VmSettings Settings { get; init; }

    /// <summary>The guest commands and events of the node.</summary>
    public required GuestNamespace Guest { get; init; }

    /// <summary>Deadlines, limits and policy of the VMs' QMP endpoints.</summary>
    public required EndpointSettings Endpoint { get; init; }

    /// <summary>How the node's VMs are migrated.</summary>
    public MigrationConfig Migration { get; init; } = new();

    /// <summary>What the node must not forget.</summary>
    public required NodeStore Store { get; init; }

    /// <summary>Limits of the event log.</summary>
    public required EventLogSettings EventLog { get; init; }

    /// <summary>Speaks to the receivers of webhooks.</summary>
    public required IWebhookSender Webhooks { get; init; }

    /// <summary>The node's controllers.</summary>
    public required NodeControllers Controllers { get; init; }
}
