using System.Diagnostics;
using Akka.Actor;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.FanOut;

/// <summary>
/// One job's part on one VM. Made by the <c>FanOutRouter</c>, owned by the <c>VmActor</c> it was given to, ended by exactly one
/// <see cref="FanOutEvents.InvocationEnded"/>.
/// </summary>
internal sealed class Invocation(JobPlan plan, int ordinal, IActorRef vm, IActorRef replyTo) : IReplyReceiver, ISendObserver, ILocalSignal
{
    /// <summary>What is asked, of all targets alike.</summary>
    public JobPlan Plan { get; } = plan;

    /// <summary>Place of the VM in the job's frozen target list.</summary>
    public int Ordinal { get; } = ordinal;

    /// <summary>Where the outcome goes.</summary>
    public IActorRef ReplyTo { get; } = replyTo;

    /// <summary>Set when it may have been sent before: evidence is asked for, and nothing is sent anew.</summary>
    public Reconciliation? Reconciliation { get; init; }

    /// <summary>What is traced of it; <see langword="null"/> where its job is not.</summary>
    public Activity? Span { get; init; }

    /// <summary>What the VM's identity must agree with (<c>TargetList.IdentityOf</c>); empty for any.</summary>
    public string Identity { get; init; } = "";

    /// <summary>When the VM accepted it, on its clock.</summary>
    public long AcceptedAt { get; set; }

    /// <summary>Of a composite command: its way to the agent. Set when the VM begins with it.</summary>
    public AgentChannel? Channel { get; set; }

    /// <summary>The program that it started, once known.</summary>
    public ExecEvidence? Program { get; set; }

    /// <summary>Which change of the agent's state was the last when it was given to the agent: whether another has come since.</summary>
    public int AgentChange { get; set; }

    /// <summary>Until when evidence of it is asked for; set when it may have been sent by a session that is gone.</summary>
    public Deadline? EvidenceUntil { get; set; }

    /// <summary>Whether somebody hears of its way: a job does, a typed client and a client of a QMP endpoint only await its end.</summary>
    public bool TellsProgress => Plan.JobId.Length > 0;

    /// <summary>Called by a session, on its own thread.</summary>
    public void OnResult(CommandResult result)
    {
        if (Span is not null)
            FanOutSpans.Note(Span, "answered");
        vm.Tell(new VmSignals.Replied(this, result));
    }

    /// <inheritdoc/>
    public void OnSending()
    {
        if (Span is not null)
            FanOutSpans.Note(Span, "sent");
    }
}
