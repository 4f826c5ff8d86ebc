using Akka.Actor;
using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms.Observation;

namespace Orchestrator.Actors.Controllers;

/// <summary>What every controller of a node shares.</summary>
/// <param name="Host">Name of the node's VmHost.</param>
/// <param name="Time">The node's clock.</param>
public sealed record ControllerEnvironment(string Host, TimeProvider Time)
{
    /// <summary>Resolves selectors, and tells which VMs come and go.</summary>
    public required IActorRef Inventory { get; init; }

    /// <summary>Carries jobs out.</summary>
    public required IActorRef Jobs { get; init; }

    /// <summary>Freezes, thaws and takes snapshots.</summary>
    public required IActorRef Freezes { get; init; }

    /// <summary>The <see cref="ObservationDesk"/>, for controllers of events for which guests must be looked at.</summary>
    public IActorRef Observation { get; init; } = ActorRefs.Nobody;

    /// <summary>The event logs that controllers read. <see cref="Host"/>'s own is among them: what controllers publish goes there.</summary>
    public required EventLogs Logs { get; init; }

    /// <summary>Where places in the log and states outlive the node.</summary>
    public IControllerStore Store { get; init; } = new MemoryControllerStore();

    /// <summary>Makes a job's <see cref="JobSpec.Document"/>, as the gateway reads it again after a restart; by default nothing.</summary>
    public Func<JobSpec, ReadOnlyMemory<byte>> WriteDocument { get; init; } = static _ => default;

    /// <summary>Puts an outcome's large outputs back in their places; by default they are not there.</summary>
    public Func<Outcome, Task<Outcome>> Restore { get; init; } = Task.FromResult;

    /// <summary>Limits and pauses.</summary>
    public ControllerSettings Settings { get; init; } = new();
}

/// <summary>Limits and pauses of all controllers.</summary>
public sealed record ControllerSettings
{
    /// <summary>Instances of one controller; VMs beyond it have none, which the controller's health tells.</summary>
    public int MaxInstances { get; init; } = 10_000;

    /// <summary>Events of one controller that wait for its instances; no more are read until some are handled.</summary>
    public int MaxWaiting { get; init; } = 4_096;

    /// <summary>Events of one page.</summary>
    public int PageSize { get; init; } = 256;

    /// <summary>How often a handler that fails is tried again.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>Pauses before that.</summary>
    public BackOff Retry { get; init; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

    /// <summary>Longest time from a handled event to its checkpoint.</summary>
    public TimeSpan CheckpointPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time until a place in the log is kept that has moved only past events that nobody wants.</summary>
    public TimeSpan IdleCheckpointPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long events of a VM wait for its UUID, where instances are those of VMs.</summary>
    public TimeSpan IdentityTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a handler may take to end once its time is over; then its object is left alone, and another takes its place.</summary>
    public TimeSpan AbandonAfter { get; init; } = TimeSpan.FromSeconds(10);
}
