using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Events.Wire;

/// <summary>JSON of the messages of event logs between nodes. Data may be nested as deep as QEMU's are.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    MaxDepth = 512,
    Converters = [typeof(WireDataConverter), typeof(WireEnum<EventGapCause>), typeof(WireEnum<VmState>), typeof(WireEnum<AgentState>)])]
[JsonSerializable(typeof(WireRead))]
[JsonSerializable(typeof(WireFind))]
[JsonSerializable(typeof(WirePage))]
[JsonSerializable(typeof(WireFound))]
[JsonSerializable(typeof(EventReplies.Failed))]
internal sealed partial class EventWireJson : JsonSerializerContext;
