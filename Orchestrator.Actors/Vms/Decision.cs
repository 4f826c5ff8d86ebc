using Orchestrator.Actors.FanOut;

namespace Orchestrator.Actors.Vms;

/// <summary>Why a command is not delivered to a VM: provably nothing ran.</summary>
internal sealed record Rejection(Phase Phase, string Reason, string Message);

/// <summary>What is done with an invocation in the VM's present condition.</summary>
internal abstract record Decision
{
    private Decision()
    {
    }

    /// <summary>Nothing stands in its way, or it is sent all the same.</summary>
    public sealed record Send : Decision
    {
        public static readonly Send Now = new();

        private Send()
        {
        }
    }

    /// <summary>It waits until the condition changes.</summary>
    /// <param name="Reason">What it waits for: one of <see cref="Reasons"/>.</param>
    /// <param name="Message">The same for people.</param>
    public sealed record Block(string Reason, string Message) : Decision;

    /// <summary>It ends.</summary>
    public sealed record End(Rejection Rejection) : Decision;
}
