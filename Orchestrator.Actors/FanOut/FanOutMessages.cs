using Akka.Actor;

namespace Orchestrator.Actors.FanOut;

/// <summary>"Do": sent by a <c>JobActor</c> to the <c>FanOutRouter</c> of a node.</summary>
internal static class FanOutCommands
{
    /// <summary>Gives every target its invocation. Outcomes come back in <see cref="FanOutEvents.Outcomes"/>.</summary>
    internal sealed record Dispatch(JobPlan Plan, IReadOnlyList<FanOutTarget> Targets) : ILocalSignal;

    /// <summary>Takes back what has not been written yet.</summary>
    internal sealed record Cancel(string JobId) : ILocalSignal;
}

/// <summary>"It happened".</summary>
internal static class FanOutEvents
{
    /// <summary>From a <c>VmActor</c> to the <c>FanOutRouter</c>: the one end of an invocation.</summary>
    internal sealed record InvocationEnded(Invocation Invocation, Outcome Outcome) : ILocalSignal;

    /// <summary>From the <c>FanOutRouter</c> to the <c>JobActor</c>: outcomes with their places in the target list.</summary>
    internal sealed record Outcomes(string JobId, IReadOnlyList<(int Ordinal, Outcome Outcome)> Items) : ILocalSignal;
}

/// <summary>A VM in a job's target list.</summary>
/// <param name="Ordinal">Its place there.</param>
/// <param name="Vm">Its actor.</param>
/// <param name="Snapshot">What it was when the list was frozen.</param>
internal sealed record FanOutTarget(int Ordinal, IActorRef Vm, Vms.VmSnapshot Snapshot);
