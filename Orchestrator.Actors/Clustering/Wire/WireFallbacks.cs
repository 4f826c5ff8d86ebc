using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Freezing.Routing;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Migration;

namespace Orchestrator.Actors.Clustering.Wire;

/// <summary>
/// What a value that only a newer version has stands for. In what is told: the value that promises least. In what is to be done: one that is none, which
/// whoever gets it refuses with a reason, because nobody may guess what was meant.
/// </summary>
internal static class WireFallbacks
{
    private static readonly Dictionary<Type, Enum> Fallbacks = new Enum[]
    {
        VmState.Connecting,
        AgentState.Connecting,
        // Nobody may take it for thawed.
        FreezeState.FrozenForeign,
        GuestQuarantineKind.Violations,
        Phase.Unknown,
        Effect.Unknown,
        PendingPhase.Dispatched,
        // Nothing is sent.
        ConditionChoice.Fail,
        Unknown<CommandRoute>(),
        ThawResult.Pending,
        ThawCause.Requested,
        // Neither thawed nor on its way to be.
        LeasePhase.FreezeUnknown,
        // Nobody begins another one meanwhile.
        MigrationPhase.Switchover,
        Unknown<LeaseWant>(),
        Unknown<LeaseReportKind>(),
        // Something is missing, and nobody knows how much.
        EventGapCause.Cut,
    }.ToDictionary(value => value.GetType());

    /// <summary>Of an enum that crosses nodes.</summary>
    public static T Of<T>()
        where T : struct, Enum => (T)Fallbacks[typeof(T)];

    /// <summary>No value that this version has.</summary>
    public static T Unknown<T>()
        where T : struct, Enum => (T)Enum.ToObject(typeof(T), -1);
}
