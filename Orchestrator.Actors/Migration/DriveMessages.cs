using Akka.Actor;
using Akka.Event;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Migration;

/// <summary>"Do": sent to the <see cref="MigrationSupervisor"/>.</summary>
internal static class DriveCommands
{
    /// <summary>From a <c>VmActor</c> that may be migrated: begins when its turn comes. Answer to the sender: <see cref="DriveEvents.Ended"/>, in any case.</summary>
    internal sealed record Begin(Invocation Invocation, VmSnapshot Vm) : ILocalSignal;

    /// <summary>From a <c>VmActor</c>: its job is cancelled.</summary>
    internal sealed record Cancel(Invocation Invocation) : ILocalSignal;
}

/// <summary>"Do": sent by a node that stops.</summary>
public static class MigrationOrders
{
    /// <summary>Gives every migration back to its source. Answer: <see cref="MigrationReplies.Migrations"/>, once none is left.</summary>
    public sealed record StopAll : INoSerializationVerificationNeeded;
}

/// <summary>"Tell me": sent by a gateway to the <see cref="MigrationSupervisor"/>.</summary>
public static class MigrationQueries
{
    /// <summary>Migrations of this node that have not ended, and the last ones that have, newest first. Answer: <see cref="MigrationReplies.Migrations"/>.</summary>
    public sealed record List : INoSerializationVerificationNeeded;
}

/// <summary>Answers of the <see cref="MigrationSupervisor"/>.</summary>
public static class MigrationReplies
{
    /// <summary>Migrations, newest first.</summary>
    public sealed record Migrations(IReadOnlyList<MigrationSnapshot> Snapshots) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}

/// <summary>"It happened".</summary>
internal static class DriveEvents
{
    /// <summary>To the <c>VmActor</c> of the source: the one end of what it asked for.</summary>
    internal sealed record Ended(Invocation Invocation, Verdict Verdict) : ILocalSignal, IDeadLetterSuppression;
}

/// <summary>Between a <see cref="MigrationActor"/>, its supervisor and its questions.</summary>
internal static class DriveSignals
{
    /// <summary>To the supervisor: the migration looks different.</summary>
    internal sealed record Progressed(MigrationSnapshot Snapshot) : ILocalSignal;

    /// <summary>From the supervisor: end it at the source.</summary>
    internal sealed record GiveUp(Verdict Verdict) : ILocalSignal;

    /// <summary>The destination is there; or why it is not.</summary>
    internal sealed record Found(IMigrationPeer? Peer, bool IsOurs, string? Trouble) : ILocalSignal;

    /// <summary>Both QEMUs have told what they have.</summary>
    internal sealed record Checked(MigrationFacts? Source, MigrationFacts? Destination, string? Trouble) : ILocalSignal;

    /// <summary>A QEMU has answered.</summary>
    internal sealed record Answered(MigrationAsk Ask, CommandResult Result) : ILocalSignal;

    /// <summary>The source told where it is.</summary>
    internal sealed record Polled(CommandResult Result) : ILocalSignal;

    /// <summary>The destination told its RunState.</summary>
    internal sealed record DestinationPolled(CommandResult Result) : ILocalSignal;

    /// <summary>Time to ask the source.</summary>
    internal sealed record PollDue : ILocalSignal;

    /// <summary>Time to ask the destination.</summary>
    internal sealed record DestinationPollDue : ILocalSignal;

    /// <summary>The wait of a phase is over.</summary>
    internal sealed record Overdue(int Wait) : ILocalSignal;

    /// <summary>The time of the job is over.</summary>
    internal sealed record DeadlinePassed : ILocalSignal;
}
