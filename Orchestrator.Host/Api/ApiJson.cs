using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Host.Health;

namespace Orchestrator.Host.Api;

/// <summary>All that the API reads and writes: generated code, no reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(JobRequest))]
[JsonSerializable(typeof(RetryRequest))]
[JsonSerializable(typeof(PlanView))]
[JsonSerializable(typeof(PendingView))]
[JsonSerializable(typeof(InvocationsView))]
[JsonSerializable(typeof(ItemsView<VmView>))]
[JsonSerializable(typeof(ItemsView<JobView>))]
[JsonSerializable(typeof(ItemsView<OutcomeView>))]
[JsonSerializable(typeof(ItemsView<string>))]
[JsonSerializable(typeof(FreezeRequest))]
[JsonSerializable(typeof(ExtendRequest))]
[JsonSerializable(typeof(ThawRequest))]
[JsonSerializable(typeof(MountpointsView))]
[JsonSerializable(typeof(DrivenMigrationView))]
[JsonSerializable(typeof(ItemsView<DrivenMigrationView>))]
[JsonSerializable(typeof(SnapshotRequest))]
[JsonSerializable(typeof(SnapshotView))]
[JsonSerializable(typeof(ItemsView<FreezeView>))]
[JsonSerializable(typeof(ItemsView<ThawedVmView>))]
[JsonSerializable(typeof(ItemsView<LeaseView>))]
[JsonSerializable(typeof(ItemsView<ControllerView>))]
[JsonSerializable(typeof(ControllerDetailView))]
[JsonSerializable(typeof(ReplayRequest))]
[JsonSerializable(typeof(TriggerRequest))]
[JsonSerializable(typeof(TriggerView))]
[JsonSerializable(typeof(ReplayLineView))]
[JsonSerializable(typeof(SchemaNamesView))]
[JsonSerializable(typeof(JobStreamItem))]
[JsonSerializable(typeof(VmStreamItem))]
[JsonSerializable(typeof(EventView))]
[JsonSerializable(typeof(QmpEventView))]
[JsonSerializable(typeof(GapView))]
[JsonSerializable(typeof(NoticeView))]
[JsonSerializable(typeof(CaughtUpView))]
[JsonSerializable(typeof(EventSocketRequest))]
[JsonSerializable(typeof(EventSocketMessage))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(SubscriptionRequest))]
[JsonSerializable(typeof(RotateRequest))]
[JsonSerializable(typeof(DeadLettersRequest))]
[JsonSerializable(typeof(SubscriptionView))]
[JsonSerializable(typeof(ItemsView<SubscriptionView>))]
[JsonSerializable(typeof(DeadLettersView))]
[JsonSerializable(typeof(DeadLetterCountView))]
[JsonSerializable(typeof(WebhookTestView))]
[JsonSerializable(typeof(SchemaView))]
[JsonSerializable(typeof(NodeView))]
[JsonSerializable(typeof(ItemsView<NodeView>))]
[JsonSerializable(typeof(ClusterView))]
[JsonSerializable(typeof(VersionView))]
[JsonSerializable(typeof(HealthView))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(Microsoft.AspNetCore.Mvc.ProblemDetails))]
internal sealed partial class ApiJson : JsonSerializerContext;
