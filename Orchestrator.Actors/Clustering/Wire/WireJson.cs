using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.Clustering.Inventories;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Freezing.Routing;
using Orchestrator.Actors.VmHosts.Lending;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Migration;

namespace Orchestrator.Actors.Clustering.Wire;

/// <summary>JSON of the messages between nodes: enums are their names (<see cref="WireEnum{T}"/>), bytes base64, absent is <see langword="null"/>.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters =
    [
        typeof(FrozenTextConverter),
        typeof(WireEnum<VmState>),
        typeof(WireEnum<AgentState>),
        typeof(WireEnum<FreezeState>),
        typeof(WireEnum<GuestQuarantineKind>),
        typeof(WireEnum<Phase>),
        typeof(WireEnum<Effect>),
        typeof(WireEnum<PendingPhase>),
        typeof(WireEnum<ConditionChoice>),
        typeof(WireEnum<CommandRoute>),
        typeof(WireEnum<ThawResult>),
        typeof(WireEnum<ThawCause>),
        typeof(WireEnum<LeasePhase>),
        typeof(WireEnum<LeaseWant>),
        typeof(WireEnum<LeaseReportKind>),
        typeof(WireEnum<MigrationPhase>),
    ])]
[JsonSerializable(typeof(NodeMessages.Hello))]
[JsonSerializable(typeof(NodeMessages.Introduction))]
[JsonSerializable(typeof(NodeMessages.Forget), TypeInfoPropertyName = "ForgetNode")]
[JsonSerializable(typeof(NodeMessages.VmHosts))]
[JsonSerializable(typeof(PartMessages.ReadPart))]
[JsonSerializable(typeof(PartMessages.Part))]
[JsonSerializable(typeof(PartEntry))]
[JsonSerializable(typeof(PartMessages.ReadLost))]
[JsonSerializable(typeof(PartMessages.Lost))]
[JsonSerializable(typeof(DutyMessages.Remind))]
[JsonSerializable(typeof(DutyMessages.Locate))]
[JsonSerializable(typeof(DutyMessages.Home))]
[JsonSerializable(typeof(DutyMessages.StoreAway))]
[JsonSerializable(typeof(RouterCommands.Announce))]
[JsonSerializable(typeof(RouterCommands.Dispatch))]
[JsonSerializable(typeof(RouterCommands.CommandPiece))]
[JsonSerializable(typeof(RouterCommands.Cancel))]
[JsonSerializable(typeof(RouterCommands.Acknowledge))]
[JsonSerializable(typeof(RouterCommands.Forget))]
[JsonSerializable(typeof(RouterEvents.Received))]
[JsonSerializable(typeof(RouterEvents.Progressed))]
[JsonSerializable(typeof(RouterEvents.Ended))]
[JsonSerializable(typeof(RouterEvents.Refused))]
[JsonSerializable(typeof(RouterEvents.ReadCommand))]
[JsonSerializable(typeof(WireCommand))]
[JsonSerializable(typeof(LeaseRouterCommands.Order))]
[JsonSerializable(typeof(LeaseRouterCommands.ThawVm))]
[JsonSerializable(typeof(LeaseRouterCommands.PlanSnapshot))]
[JsonSerializable(typeof(LeaseRouterEvents.Report))]
[JsonSerializable(typeof(LeaseReport))]
[JsonSerializable(typeof(LeaseRouterEvents.Refused), TypeInfoPropertyName = "LeasesRefused")]
[JsonSerializable(typeof(LeaseRouterEvents.VmThawed))]
[JsonSerializable(typeof(LeaseRouterEvents.SnapshotPlanned))]
[JsonSerializable(typeof(VmCommands.SetFacts))]
[JsonSerializable(typeof(VmReplies.FactsSet))]
[JsonSerializable(typeof(LendingMessages.Offer))]
[JsonSerializable(typeof(LendingMessages.Taken))]
[JsonSerializable(typeof(LendingMessages.Returned))]
[JsonSerializable(typeof(LendingMessages.Withdrawn))]
[JsonSerializable(typeof(LendingMessages.Seek))]
[JsonSerializable(typeof(LendingMessages.Reclaim))]
[JsonSerializable(typeof(LendingMessages.HandOver))]
[JsonSerializable(typeof(LendingMessages.HandedOver))]
[JsonSerializable(typeof(LendingMessages.Declined))]
internal sealed partial class WireJson : JsonSerializerContext;
