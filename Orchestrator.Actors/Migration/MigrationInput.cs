using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Migration;

/// <summary>What a QEMU is asked, so that a late answer is not taken for another's.</summary>
internal enum MigrationAsk
{
    /// <summary>One of <see cref="MigrationPlan.Steps"/>.</summary>
    Step,

    /// <summary><c>migrate</c>.</summary>
    Start,

    /// <summary>The guest may be stopped from now on, or not yet.</summary>
    Gate,

    /// <summary><c>migrate-start-postcopy</c>.</summary>
    PostCopy,

    /// <summary><c>migrate-continue</c>.</summary>
    Continue,

    /// <summary><c>migrate_cancel</c>.</summary>
    Cancel,

    /// <summary>A setting as it was before.</summary>
    Undo,

    /// <summary><c>quit</c>.</summary>
    Quit,
}

/// <summary>What happens to a migration.</summary>
internal abstract record MigrationInput
{
    /// <summary>Its turn has come; a frozen guest was thawed.</summary>
    internal sealed record Begin : MigrationInput;

    /// <summary>The destination's QEMU is there.</summary>
    /// <param name="IsOurs">Whether it was started for this migration.</param>
    internal sealed record Found(bool IsOurs) : MigrationInput;

    /// <summary>It cannot begin: there is no destination, or the two do not fit.</summary>
    internal sealed record Rejected(Rejection Rejection) : MigrationInput;

    /// <summary>Both QEMUs have what it takes.</summary>
    internal sealed record Planned(MigrationPlan Plan) : MigrationInput;

    /// <summary>A QEMU answered, or did not.</summary>
    internal sealed record Answered(MigrationAsk Ask, CommandResult Result) : MigrationInput;

    /// <summary>The source told where it is, by an event or an answer.</summary>
    internal sealed record Told(MigrationStatus Status) : MigrationInput;

    /// <summary>The agent gets no new command.</summary>
    /// <param name="IsDrained">Whether the one before has been answered.</param>
    /// <param name="MayBeCut">Whether its answer has begun, and cannot be asked for again.</param>
    internal sealed record Held(bool IsDrained, bool MayBeCut = false) : MigrationInput;

    /// <summary>The destination told its RunState; <see langword="null"/>: it does not answer.</summary>
    internal sealed record Arrived(string? RunState) : MigrationInput;

    /// <summary>A VM's actor has ended: its QEMU is not ours any more.</summary>
    internal sealed record Left(DriveSide Side) : MigrationInput;

    /// <summary>The wait of this phase is over.</summary>
    internal sealed record Overdue : MigrationInput
    {
        public static readonly Overdue Instance = new();
    }

    /// <summary>It is to end at the source: somebody says so, the job's time is over, or the node stops.</summary>
    internal sealed record GiveUp(Verdict Verdict) : MigrationInput;
}

/// <summary>What is to be done.</summary>
internal abstract record MigrationAction
{
    /// <summary>Find the destination, or start it.</summary>
    internal sealed record Find : MigrationAction;

    /// <summary>Ask both QEMUs what they have.</summary>
    internal sealed record Check : MigrationAction;

    /// <summary>Ask one of them something.</summary>
    internal sealed record Ask(MigrationAsk What, DriveSide Side, EncodedCommand Command) : MigrationAction;

    /// <summary>Ask the source where it is, after a pause.</summary>
    internal sealed record Poll : MigrationAction;

    /// <summary>Ask the destination for its RunState, after a pause.</summary>
    internal sealed record PollDestination : MigrationAction;

    /// <summary>Give the agent no new command.</summary>
    /// <param name="Drain">How long the outstanding one is waited for.</param>
    internal sealed record Hold(TimeSpan Drain) : MigrationAction;

    /// <summary>The agent may get commands again.</summary>
    internal sealed record Release : MigrationAction;

    /// <summary>How long this phase may take.</summary>
    internal sealed record Arm(TimeSpan After) : MigrationAction;

    /// <summary>It has ended so.</summary>
    internal sealed record End(Verdict Verdict) : MigrationAction;
}
