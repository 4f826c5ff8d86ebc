using System.Text.Json.Serialization;

namespace Orchestrator.Host.Emulation;

/// <summary>What is written to JSON as it is.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class EmulationJson : JsonSerializerContext;
