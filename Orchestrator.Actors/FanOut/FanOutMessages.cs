using Akka.Actor;

namespace Orchestrator.Actors.FanOut;

/// <summary>"Do": sent by a <c>JobActor</c> to the <c>FanOutRouter</c> of a node.</summary>
internal static class FanOutCommands
{
    /// <summary>Gives every target its invocation. Outcomes come back in <see cref="FanOutEvents.Outcomes"/>.</summary>
    internal sealed record Dispatch(JobPlan Plan, IReadOnlyList<FanOutTarget> Targets) : ILocalSignal;

    /// <summary>From the <c>JobSupervisor</c>, once: it hears of <see cref="FanOutEvents.Amended"/>.</summary>
    internal sealed class ReportAmendments : ILocalSignal
    {
        public static readonly ReportAmendments Instance = new();

        private ReportAmendments()
        {
        }
    }

    /// <summary>Takes back what has not been written yet.</summary>
    internal sealed record Cancel(string JobId) : ILocalSignal;
}

/// <summary>"It happened".</summary>
internal static class FanOutEvents
{
    /// <summary>From a <c>VmActor</c> to the <c>FanOutRouter</c>: the one end of an invocation.</summary>
    internal sealed record InvocationEnded(Invocation Invocation, Outcome Outcome) : ILocalSignal;

    /// <summary>From a <c>VmActor</c> to the <c>FanOutRouter</c>: an invocation is on its way, blocked or being reconciled.</summary>
    internal sealed record InvocationProgressed(Invocation Invocation, InvocationProgress Progress) : ILocalSignal;

    /// <summary>From the <c>FanOutRouter</c> to the <c>JobActor</c>: the same, in batches, with their places in the target list.</summary>
    internal sealed record Progressed(string JobId, IReadOnlyList<(int Ordinal, InvocationProgress Progress)> Items) : ILocalSignal;

    /// <summary>From a <c>VmActor</c> to the <c>FanOutRouter</c>, and on to the <c>JobSupervisor</c>: evidence that came after the end of an <see cref="Phase.Unknown"/>.</summary>
    internal sealed record Amended(string JobId, int Ordinal, Outcome Outcome) : ILocalSignal;

    /// <summary>From the <c>FanOutRouter</c> to the <c>JobActor</c>: outcomes with their places in the target list.</summary>
    internal sealed record Outcomes(string JobId, IReadOnlyList<(int Ordinal, Outcome Outcome)> Items) : ILocalSignal;
}

/// <summary>A VM in a job's target list.</summary>
/// <param name="Ordinal">Its place there.</param>
/// <param name="Vm">Its actor.</param>
/// <param name="Snapshot">What it was when the list was frozen.</param>
internal sealed record FanOutTarget(int Ordinal, IActorRef Vm, Vms.VmSnapshot Snapshot)
{
    /// <summary>Set when the command may have been sent before this node was killed: the VM asks for evidence and sends nothing anew.</summary>
    public Reconciliation? Reconciliation { get; init; }
}

/// <summary>What is known of an invocation of before the node was killed.</summary>
/// <param name="Program">The program it started; <see langword="null"/> if none is known to have been started.</param>
internal sealed record Reconciliation(ExecEvidence? Program);
