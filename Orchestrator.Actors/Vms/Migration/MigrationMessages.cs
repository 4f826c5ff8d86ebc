namespace Orchestrator.Actors.Vms.Migration;

/// <summary>"Do": from the <c>VmHostSupervisor</c> to a <c>VmActor</c>.</summary>
internal static class MigrationCommands
{
    /// <summary>Another QEMU with the VM's identity is there: a destination, or one that has the guest already.</summary>
    /// <param name="Side">Name and channels.</param>
    /// <param name="IsLeft">Whether it may be one that the guest has left: it is no destination before it says that it awaits a guest.</param>
    internal sealed record Join(VmSpec Side, bool IsLeft = false) : ILocalSignal;

    /// <summary>It is no other VM's QEMU: the inventory may know it.</summary>
    internal sealed class Reveal : ILocalSignal
    {
        public static readonly Reveal Instance = new();

        private Reveal()
        {
        }
    }

    /// <summary>The sources of VMs do not name it any more.</summary>
    internal sealed record Leave(string Side) : ILocalSignal;
}

/// <summary>"It happened": from a <c>VmActor</c> to the <c>VmHostSupervisor</c>.</summary>
internal static class MigrationEvents
{
    /// <summary>The VM's actor begins, or begins anew: it knows its own place only.</summary>
    internal sealed class Begun : ILocalSignal
    {
        public static readonly Begun Instance = new();

        private Begun()
        {
        }
    }

    /// <summary>QEMU told who it is and what it does; <see langword="null"/> where it did not, or is not connected.</summary>
    internal sealed record Identified(Guid? Uuid, string? RunState) : ILocalSignal;

    /// <summary>The guest runs at another place, which is what is served from now on; the one before is watched.</summary>
    internal sealed record Moved(string To) : ILocalSignal;

    /// <summary>A QEMU that was watched is none of this VM's.</summary>
    internal sealed record Released(string Side) : ILocalSignal;
}

/// <summary>Only the <c>VmActor</c> itself.</summary>
internal static class MigrationSignals
{
    /// <summary>Another QEMU told who it is and what it does.</summary>
    internal sealed record SideTold(MigrationSide Side, int Attachment, int News, Guid? Uuid, string? RunState) : ILocalSignal;

    /// <summary>The QEMU that is served told how far its migration is.</summary>
    internal sealed record StatusTold(int Attachment, string? Status) : ILocalSignal;

    /// <summary>The condition has changed while there is another QEMU.</summary>
    internal sealed class Due : ILocalSignal
    {
        public static readonly Due Instance = new();

        private Due()
        {
        }
    }

    /// <summary>No destination of a guest that has left was found.</summary>
    internal sealed class UnseenOverdue : ILocalSignal
    {
        public static readonly UnseenOverdue Instance = new();

        private UnseenOverdue()
        {
        }
    }

    /// <summary>Time to ask both.</summary>
    internal sealed class PollDue : ILocalSignal
    {
        public static readonly PollDue Instance = new();

        private PollDue()
        {
        }
    }
}
