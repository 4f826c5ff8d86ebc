using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Actors.FanOut;

namespace Orchestrator.Host.Storage;

/// <summary>Jobs and outcomes as they are stored: every public member, so that a new one is kept without a word here. Bytes are base64, enums their names.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Outcome))]
[JsonSerializable(typeof(List<StoredOutcome>))]
[JsonSerializable(typeof(List<StoredProgram>))]
[JsonSerializable(typeof(JobSnapshot))]
[JsonSerializable(typeof(StoredSubscriptionSpec))]
internal sealed partial class StoreJson : JsonSerializerContext;
