using System.Text.Json;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Results;

/// <summary>VMs that have a value, or have none for the same reason.</summary>
/// <param name="Value"><see langword="null"/> where there is none.</param>
/// <param name="First">The outcome of one of them.</param>
/// <param name="Names">The VMs, in natural order.</param>
internal sealed record AggregationRow(JsonElement? Value, OutcomeView First, IReadOnlyList<string> Names)
{
    /// <summary>For people: a string without its quotes, or why there is no value.</summary>
    public Cell Cell(MemberPath member) => Value switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { } value => JsonText.Line(value),
        null when First.Succeeded => new Cell($"(no {(member.Steps.Count == 0 ? "result" : member)})", Tone.Warning),
        null => new Cell($"{First.Phase} {First.Reason}".TrimEnd(), Phases.Tone(First.Phase)),
    };

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        VmNames.WriteTo(writer, Names);
        writer.WriteString("phase", First.Phase);
        if (!First.Succeeded && First.Reason is { } reason)
            writer.WriteString("reason", reason);
        if (Value is { } value)
        {
            writer.WritePropertyName("value");
            value.WriteTo(writer);
        }
        writer.WriteEndObject();
    }
}
