using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.Clustering.Inventories;
using Orchestrator.Actors.Clustering.Nodes;

namespace Orchestrator.Actors.Clustering.Wire;

/// <summary>JSON of the messages between nodes: enums are their names, bytes base64, absent is <see langword="null"/>.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, Converters = [typeof(FrozenTextConverter)])]
[JsonSerializable(typeof(NodeMessages.Hello))]
[JsonSerializable(typeof(NodeMessages.Introduction))]
[JsonSerializable(typeof(PartMessages.ReadPart))]
[JsonSerializable(typeof(PartMessages.Part))]
[JsonSerializable(typeof(DutyMessages.Remind))]
[JsonSerializable(typeof(DutyMessages.Locate))]
[JsonSerializable(typeof(DutyMessages.Home))]
internal sealed partial class WireJson : JsonSerializerContext;
