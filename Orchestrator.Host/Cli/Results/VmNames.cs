using System.Text.Json;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Results;

/// <summary>Several VMs in a document: <c>"vms":"web[1-2]","count":2,"names":["web1","web2"]</c>.</summary>
internal static class VmNames
{
    public static void WriteTo(Utf8JsonWriter writer, IReadOnlyCollection<string> names)
    {
        writer.WriteString("vms", NodeSetText.Fold(names));
        writer.WriteNumber("count", names.Count);
        writer.WriteStartArray("names");
        foreach (var name in names)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    }
}
