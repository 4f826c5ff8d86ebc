using Akka.Actor;
using Orchestrator.Protocol.Qmp;

namespace Orchestrator.Actors.Vms.Migration;

/// <summary>Another QEMU of a VM than the one that is served: the destination of a migration, or the source of one that has ended. Owned by <see cref="VmActor"/>.</summary>
internal sealed class MigrationSide(VmSpec spec, IActorRef qmp)
{
    private const int MaxWithheld = 64;

    private readonly List<QmpEvent> _withheld = [];

    /// <summary>Name and channels.</summary>
    public VmSpec Spec { get; } = spec;

    /// <summary>Owns its monitor.</summary>
    public IActorRef Qmp { get; } = qmp;

    /// <summary>Counts the connections to its monitor: answers of an earlier one say nothing.</summary>
    public int Attachment { get; set; }

    /// <summary>Of the present connection; <see langword="null"/> without one.</summary>
    public QmpGreeting? Greeting { get; set; }

    /// <summary>Counts its events: an answer is only as new as its question.</summary>
    public int News { get; set; }

    /// <summary>The newest it told.</summary>
    public string? RunState { get; set; }

    /// <summary>The guest has left it, or was never for it: it is watched, and takes nothing.</summary>
    public bool IsFenced { get; set; }

    /// <summary>Whether it is fenced, and another QEMU than the one that was left answers there now, as far as connections tell, and has a guest.</summary>
    public bool HasReturned => IsFenced && Greeting is not null && Attachment > FencedAt && MigrationRules.HasGuest(RunState);

    /// <summary><see cref="Attachment"/> when it was fenced.</summary>
    public int FencedAt { get; set; }

    /// <summary>The question to the source that was asked when it was lost: what the source said before is not its answer to that.</summary>
    public int AskedAtLoss { get; set; }

    /// <summary>QEMU told of the agent's port after the guest's arrival, as it always does.</summary>
    public bool HasToldPort { get; set; }

    /// <summary>What decides.</summary>
    public QemuView View => new(Greeting is not null, RunState);

    /// <summary>Keeps an event until it is known whether the guest arrives. Those of the migration itself the source tells.</summary>
    public void Withhold(QmpEvent happened)
    {
        if (happened.Name is not ("MIGRATION" or "MIGRATION_PASS") && _withheld.Count < MaxWithheld)
            _withheld.Add(happened);
    }

    /// <summary>Those events, once.</summary>
    public IReadOnlyList<QmpEvent> TakeWithheld()
    {
        QmpEvent[] taken = [.. _withheld];
        _withheld.Clear();
        return taken;
    }
}
