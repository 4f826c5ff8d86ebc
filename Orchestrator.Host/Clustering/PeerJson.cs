using System.Text.Json.Serialization;
using Orchestrator.Host.Api;

namespace Orchestrator.Host.Clustering;

/// <summary>What nodes read of each other's answers. One of another version may tell more.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(HeldJobsView))]
[JsonSerializable(typeof(JobStreamItem))]
[JsonSerializable(typeof(ItemsView<DrivenMigrationView>))]
internal sealed partial class PeerJson : JsonSerializerContext;
