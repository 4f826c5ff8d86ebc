using Orchestrator.Protocol.Agent;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Transport;

namespace Orchestrator.Actors.Vms.Agent;

/// <summary>"Do": sent by the <c>VmActor</c>.</summary>
internal static class AgentCommands
{
    /// <summary>Sends a command to the agent when its turn comes. The receiver gets exactly one result.</summary>
    internal sealed record Execute(EncodedCommand Command, Deadline Deadline, IReplyReceiver Receiver) : ILocalSignal
    {
        /// <summary>Goes before all that wait: a thaw, and what must be known of a freeze.</summary>
        public bool First { get; init; }

        /// <summary>Only asked if nobody else wants the agent: else it ends at once as not written (<see cref="NoReplyCause.QueueFull"/>).</summary>
        public bool IfIdle { get; init; }

        /// <summary>From its writing to its answer. It then waits for the agent as long as it must, through every loss of the session, and <see cref="Deadline"/> is nothing to it.</summary>
        public TimeSpan? AnswerTimeout { get; init; }

        /// <summary>A step of a file's transfer, which goes back to where the step began if its answer is lost.</summary>
        public bool GoesBack { get; init; }
    }

    /// <summary>Takes a waiting command out of the queue; one that was written goes on.</summary>
    internal sealed record Cancel(IReplyReceiver Receiver) : ILocalSignal;

    /// <summary>Closes a handle that its opener could not close, as soon as the agent answers.</summary>
    internal sealed record CloseLater(EncodedCommand Close) : ILocalSignal;

    /// <summary>QEMU says whether the guest's end of the channel is open.</summary>
    /// <param name="Open">Whether it is.</param>
    /// <param name="FromEvent">From <c>VSERPORT_CHANGE</c>, where open while it was open means that the agent was restarted; else from a query.</param>
    internal sealed record SetPort(bool Open, bool FromEvent) : ILocalSignal;

    /// <summary>The guest may be migrated: connects to its channel at the destination and writes nothing there. One at a time; another takes its place.</summary>
    internal sealed record Attend(Endpoint Endpoint) : ILocalSignal;

    /// <summary>It will not be migrated there: ends what <see cref="Attend"/> began.</summary>
    internal sealed class Forgo : ILocalSignal
    {
        public static readonly Forgo Instance = new();

        private Forgo()
        {
        }
    }

    /// <summary>Whether the guest is leaving, or not here: nothing is begun, and silence is not held against it.</summary>
    internal sealed record HoldBack(bool Holds) : ILocalSignal;

    /// <summary>The guest runs at the destination: its agent is reached there from now on.</summary>
    internal sealed record Move(Endpoint Endpoint) : ILocalSignal;

    /// <summary>The VM goes to another node: "what do you know of programs that the agent has forgotten?" Answer: <c>LendingSignals.EndsTold</c>.</summary>
    internal sealed class TellEnds : ILocalSignal
    {
        public static readonly TellEnds Instance = new();

        private TellEnds()
        {
        }
    }

    /// <summary>The operator ended the quarantine.</summary>
    internal sealed class Release : ILocalSignal
    {
        public static readonly Release Instance = new();

        private Release()
        {
        }
    }

    /// <summary>An event of QEMU's proved the success of an outstanding command that does not answer success.</summary>
    internal sealed class Confirm : ILocalSignal
    {
        public static readonly Confirm Instance = new();

        private Confirm()
        {
        }
    }
}

/// <summary>"It happened": sent to the <c>VmActor</c>.</summary>
internal static class AgentEvents
{
    /// <summary>The agent's condition changed.</summary>
    /// <param name="State">The new condition.</param>
    /// <param name="Message">Why, for people; <see langword="null"/> when <see cref="AgentState.Ready"/>.</param>
    /// <param name="NewIncarnation">With <see cref="AgentState.Ready"/>: whether the agent may be another process than before.</param>
    internal sealed record StateChanged(AgentState State, string? Message, bool NewIncarnation) : ILocalSignal
    {
        /// <summary>With <see cref="AgentState.Quarantined"/>: why.</summary>
        public GuestQuarantine? Quarantine { get; init; }
    }

    /// <summary>An outstanding command has used three quarters of its time.</summary>
    internal sealed record Slow(TimeSpan Remaining) : ILocalSignal;

    /// <summary>The guest says that it happened: an event of a user's schema.</summary>
    internal sealed record Claimed(AgentEvent Event) : ILocalSignal;

    /// <summary>The agent told the end of a program, for the only time: whoever asked.</summary>
    /// <param name="Pid">Of the present incarnation.</param>
    /// <param name="ExitCode">If it ended by itself.</param>
    /// <param name="Signal">If that ended it.</param>
    internal sealed record ProgramEnded(long Pid, long? ExitCode, long? Signal) : ILocalSignal;

    /// <summary>An answer came after its command had ended.</summary>
    internal sealed record LateReply(EncodedCommand Command, CommandResult Result) : ILocalSignal;
}

/// <summary>Only the actor itself, its session and its timers.</summary>
internal static class AgentSignals
{
    internal sealed record Connected(AgentSession Session) : ILocalSignal
    {
        /// <summary>Where it is connected; <see langword="null"/>: where it should be.</summary>
        public Endpoint? At { get; init; }
    }

    internal sealed record ConnectFailed(Endpoint At, string Cause) : ILocalSignal;

    /// <summary>The channel at a migration's destination is connected, or not (<see langword="null"/>).</summary>
    internal sealed record Attended(AttendedChannel Channel, AgentSession? Session) : ILocalSignal;

    internal sealed class AttendDue : ILocalSignal
    {
        public static readonly AttendDue Instance = new();

        private AttendDue()
        {
        }
    }

    internal sealed record Synchronized(AgentSession Session) : ILocalSignal;

    internal sealed record SessionClosed(AgentSession Session, string Cause) : ILocalSignal;

    internal sealed record Ended(Execution Execution, CommandResult Result) : ILocalSignal;

    /// <summary>An answer came after its command had ended: before the synchronization that follows.</summary>
    internal sealed record AnsweredLate(AgentSession Session, EncodedCommand Command, CommandResult Result) : ILocalSignal;

    /// <summary>The guest has just exceeded a budget.</summary>
    internal sealed class BudgetExceeded : ILocalSignal
    {
        public static readonly BudgetExceeded Instance = new();

        private BudgetExceeded()
        {
        }
    }

    internal sealed class ConnectDue : ILocalSignal
    {
        public static readonly ConnectDue Instance = new();

        private ConnectDue()
        {
        }
    }

    internal sealed class SynchronizeDue : ILocalSignal
    {
        public static readonly SynchronizeDue Instance = new();

        private SynchronizeDue()
        {
        }
    }

    internal sealed class PatienceEnded : ILocalSignal
    {
        public static readonly PatienceEnded Instance = new();

        private PatienceEnded()
        {
        }
    }

    internal sealed class QueueDeadlineDue : ILocalSignal
    {
        public static readonly QueueDeadlineDue Instance = new();

        private QueueDeadlineDue()
        {
        }
    }
}
