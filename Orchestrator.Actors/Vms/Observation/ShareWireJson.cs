using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Actors.Clustering.Wire;

namespace Orchestrator.Actors.Vms.Observation;

/// <summary>JSON of <see cref="ShareMessages"/>: aspects are the sum of their numbers.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ShareMessages.NeedsOf))]
internal sealed partial class ShareWireJson : JsonSerializerContext
{
    /// <summary>For <see cref="WireFormats"/>.</summary>
    public static IEnumerable<WireFormat> Formats => [WireFormat.Json("observation.needs.v1", Default.NeedsOf)];
}
