using Akka.Actor;
using Akka.Event;
using Orchestrator.Actors.Controllers.Storage;

namespace Orchestrator.Actors.Controllers;

/// <summary>"Do": sent by a gateway to the <see cref="ControllerSupervisor"/>.</summary>
public static class ControllerCommands
{
    /// <summary>Handles nothing more until <see cref="Resume"/>, also after a restart; what is being handled goes on. Answer: <see cref="ControllerReplies.Found"/> or <see cref="ControllerReplies.Rejected"/>, once it is durable.</summary>
    public sealed record Pause(string Controller);

    /// <summary>Goes on where it was. Answer: <see cref="ControllerReplies.Found"/> or <see cref="ControllerReplies.Rejected"/>, once it is durable.</summary>
    public sealed record Resume(string Controller);
}

/// <summary>"Tell me": sent by a gateway to the <see cref="ControllerSupervisor"/>.</summary>
public static class ControllerQueries
{
    /// <summary>All controllers, by name. Answer: <see cref="ControllerReplies.Listed"/>.</summary>
    public sealed class List : INoSerializationVerificationNeeded
    {
        /// <summary>The only one.</summary>
        public static readonly List Instance = new();

        private List()
        {
        }
    }

    /// <summary>One controller. Answer: <see cref="ControllerReplies.Found"/> or <see cref="ControllerReplies.Rejected"/>.</summary>
    /// <param name="Controller">Its name.</param>
    /// <param name="After">Instances whose keys come after this one; empty for the first.</param>
    /// <param name="Limit">Most instances in the answer.</param>
    public sealed record Get(string Controller, string After = "", int Limit = 0);
}

/// <summary>Answers of the <see cref="ControllerSupervisor"/>.</summary>
public static class ControllerReplies
{
    /// <summary>Controllers, by name.</summary>
    public sealed record Listed(IReadOnlyList<ControllerSnapshot> Controllers) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>A controller as it stands.</summary>
    /// <param name="Controller">All of it.</param>
    /// <param name="Instances">Some of its instances, by key.</param>
    /// <param name="Next">To ask after next; <see langword="null"/> at the end.</param>
    /// <param name="Journal">Newest last.</param>
    /// <param name="Failures">Newest last.</param>
    public sealed record Found(ControllerSnapshot Controller, IReadOnlyList<ControllerInstanceSnapshot> Instances, string? Next, IReadOnlyList<ControllerNote> Journal, IReadOnlyList<FailedWork> Failures)
        : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Nothing was done.</summary>
    /// <param name="Code">Stable code of the API.</param>
    /// <param name="Detail">For people: what happened and what to do.</param>
    public sealed record Rejected(string Code, string Detail) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}

/// <summary>Between a controller's feed and its instances.</summary>
internal static class ControllerSignals
{
    /// <summary>To an instance: to be handled, in this order.</summary>
    internal sealed record Handle(ControllerWork Work, FeedPlace Place) : ILocalSignal;

    /// <summary>From an instance: it is done with it, or has moved by itself.</summary>
    /// <param name="Place">Of the work; <see langword="null"/> for a start or a tick.</param>
    /// <param name="Change">Where it stands; <see langword="null"/> if it had handled it in an earlier life.</param>
    /// <param name="Failure">Why it was passed over.</param>
    internal sealed record Done(FeedPlace? Place, InstanceChange? Change, FailedWork? Failure) : ILocalSignal
    {
        /// <summary>Whether it was a tick.</summary>
        public bool IsTick { get; init; }
    }

    /// <summary>From an instance: how it is.</summary>
    internal sealed record Told(ControllerHealth Health, string? Message, bool Retried) : ILocalSignal;

    /// <summary>From an instance's handlers.</summary>
    internal sealed record Noted(ControllerNote Note) : ILocalSignal;

    /// <summary>To an instance: whether it begins nothing.</summary>
    internal sealed record SetPaused(bool IsPaused) : ILocalSignal;

    /// <summary>To an instance: its VM has left. Answered by <see cref="Left"/> when it does nothing.</summary>
    internal sealed class Leave : ILocalSignal
    {
        public static readonly Leave Instance = new();

        private Leave()
        {
        }
    }

    /// <summary>From an instance that does nothing: what a new life of it begins with.</summary>
    internal sealed record Left(StoredInstance State) : ILocalSignal;
}
