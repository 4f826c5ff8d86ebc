using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Client;

namespace Orchestrator.Actors.Controllers;

/// <summary>What a controller's handler may do. Each call of a handler has its own. Abstract, so that a test can give one of its own.</summary>
/// <remarks>
/// In shadow mode nothing is changed: commands of <see cref="Orchestrator.Protocol.Qapi.CommandClass.ReadOnly"/> are carried out, others are noted and
/// answered as a success where the answer has nothing in it; where it would, the handler is ended by a <see cref="ControllerShadowedException"/>.
/// </remarks>
public abstract class ControllerContext
{
    /// <summary>Longest value of the state, in bytes of UTF-8.</summary>
    public const int MaxValueBytes = 65_536;

    /// <summary>Most keys of the state of one instance.</summary>
    public const int MaxKeys = 1_024;

    /// <summary>The node's clock.</summary>
    public abstract TimeProvider Time { get; }

    /// <summary>Whether nothing is changed, only noted.</summary>
    public abstract bool IsShadow { get; }

    /// <summary>With <see cref="ControllerScope.Vm"/>: whose instance this is.</summary>
    public abstract VmId? Vm { get; }

    /// <summary>VMs of the inventory, sorted by VmHost and name; all without a selector.</summary>
    public abstract Task<IReadOnlyList<VmSnapshot>> FindAsync(TargetSelector? vms, CancellationToken cancellationToken);

    /// <summary>
    /// Typed commands for one VM, 30 s each. Each that may change something is a job whose key is made of the controller, the event or tick, and its
    /// number within the handler: when the handler runs again, the command at that number is answered as it was. What provably had no effect is sent
    /// again by a retry. Those that only read are asked anew each time.
    /// </summary>
    /// <exception cref="Clients.OutcomeException">(Of its commands.) The outcome is not a success.</exception>
    /// <exception cref="ControllerCommandException">(Of its commands.) Nothing was sent.</exception>
    public abstract IQapiClient Commands(VmId vm);

    /// <summary>Runs a job (<see cref="ControllerJobs"/>) with the same kind of key, and returns it when it has ended. A job that has begun is not begun again.</summary>
    /// <exception cref="ControllerCommandException">It was not accepted.</exception>
    public abstract Task<JobSnapshot> RunAsync(JobSpec job, CancellationToken cancellationToken);

    /// <summary>Takes a snapshot of VMs. Not a job: a handler that runs again takes it again, and finds the files if the spec names them alike.</summary>
    /// <exception cref="ControllerCommandException">Nothing was done.</exception>
    public abstract Task<FreezeReplies.Snapshots> SnapshotAsync(SnapshotSpec snapshot, CancellationToken cancellationToken);

    /// <summary>Freezes VMs as a group; returns once all are frozen, or it failed and all are thawed. They are thawed at the end of their leases at the latest.</summary>
    /// <exception cref="ControllerCommandException">Nothing was done.</exception>
    public abstract Task<FreezeGroupSnapshot> FreezeAsync(FreezeSpec freeze, CancellationToken cancellationToken);

    /// <summary>Thaws a group.</summary>
    /// <exception cref="ControllerCommandException">There is no such group.</exception>
    public abstract Task<FreezeGroupSnapshot> ThawAsync(string groupId, CancellationToken cancellationToken);

    /// <summary>A value of the instance's own state; <see langword="null"/> if there is none.</summary>
    public abstract string? Get(string key);

    /// <summary>Changes it; durable together with the checkpoint after this handler, and undone if the handler fails.</summary>
    /// <param name="key">1 to 256 characters.</param>
    /// <param name="value"><see langword="null"/> removes it.</param>
    /// <exception cref="ArgumentException">The value or the key is too long, or there are too many.</exception>
    public abstract void Set(string key, string? value);

    /// <summary>An event of the controller's own, logged once this handler has succeeded: <c>io.orchestrator.controller.NAME</c>. The controller itself is not given it.</summary>
    /// <param name="name">1 to 64 upper-case letters, digits and <c>_</c>.</param>
    /// <param name="data">A JSON object; empty for none.</param>
    /// <param name="vm">Whose event it is; <see langword="null"/> for the VmHost's.</param>
    public abstract void Publish(string name, ReadOnlyMemory<byte> data, VmSnapshot? vm);

    /// <summary>Says something of a VM, which listings and selectors show as the fact <c>CONTROLLER.FACT</c> once this handler has succeeded. Forgotten when the node restarts.</summary>
    /// <param name="vm">A VM of this node.</param>
    /// <param name="fact">1 to 64 lower-case letters, digits, <c>-</c> and <c>.</c>.</param>
    /// <param name="value">At most 256 characters; <see langword="null"/> removes it.</param>
    public abstract void SetFact(VmId vm, string fact, string? value);

    /// <summary>A line of the controller's journal; the last 100 are kept, in memory. More than 1,000 of one call are not taken.</summary>
    public abstract void Note(string message);
}

/// <summary>A command of a controller was not accepted, or could not be: nothing was sent.</summary>
/// <param name="code">Stable code of the API, such as <c>no-targets</c>.</param>
/// <param name="message">What happened and what to do.</param>
public sealed class ControllerCommandException(string code, string message) : Exception(message)
{
    /// <summary>Stable code of the API.</summary>
    public string Code { get; } = code;
}

/// <summary>In shadow mode: the answer that the handler needs does not exist, because the command was only noted. Not an error: the handler ends here.</summary>
/// <param name="message">What would have been done.</param>
public sealed class ControllerShadowedException(string message) : Exception(message);
