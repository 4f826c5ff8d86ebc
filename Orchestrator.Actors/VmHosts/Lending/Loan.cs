using Akka.Actor;

namespace Orchestrator.Actors.VmHosts.Lending;

/// <summary>A place of this VmHost that is a QEMU of another node's VM. Owned by <see cref="VmHostSupervisor"/>.</summary>
/// <param name="uuid">QEMU's own.</param>
/// <param name="vm">Name of the VM at the borrower.</param>
/// <param name="to">Whom it is offered to.</param>
internal sealed class Loan(Guid uuid, string vm, ICanTell to) : IDisposable
{
    private readonly CancellationTokenSource _end = new();

    public Guid Uuid { get; } = uuid;

    public string Vm { get; } = vm;

    public ICanTell To { get; } = to;

    /// <summary>Who has it; <see langword="null"/> until it was taken.</summary>
    public IActorRef? Borrower { get; set; }

    /// <summary>How often it was offered.</summary>
    public int Offers { get; set; }

    /// <summary>When nobody may pass through any more.</summary>
    public CancellationToken Ended => _end.Token;

    /// <summary>Ends what passes through.</summary>
    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }
}

/// <summary>A place of another VmHost that is a QEMU of a VM here.</summary>
/// <param name="Lender">Its VmHost.</param>
/// <param name="Place">What is lent.</param>
internal sealed record BorrowedPlace(IActorRef Lender, LentPlace Place);
