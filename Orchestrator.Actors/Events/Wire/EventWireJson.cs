using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Actors.Events.Wire;

/// <summary>JSON of the messages of event logs between nodes. Data may be nested as deep as QEMU's are.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true,
    MaxDepth = 512,
    Converters = [typeof(WireDataConverter)])]
[JsonSerializable(typeof(WireRead))]
[JsonSerializable(typeof(WireFind))]
[JsonSerializable(typeof(WirePage))]
[JsonSerializable(typeof(WireFound))]
[JsonSerializable(typeof(EventReplies.Failed))]
internal sealed partial class EventWireJson : JsonSerializerContext;
