using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Actors.Events.Filtering;

/// <summary>What stands on a side of a condition.</summary>
internal abstract class ExpressionOperand
{
    /// <summary>Its value in an event.</summary>
    public abstract ExpressionValue Read(FleetEvent happened);

    public abstract void Print(StringBuilder text);
}

/// <summary>A value that was written.</summary>
internal sealed class LiteralOperand(ExpressionValue value) : ExpressionOperand
{
    public ExpressionValue Value => value;

    public override ExpressionValue Read(FleetEvent happened) => value;

    public override void Print(StringBuilder text) => value.Print(text);
}

/// <summary>An attribute of the event's envelope.</summary>
internal sealed class AttributeOperand : ExpressionOperand
{
    private static readonly Dictionary<string, Func<FleetEvent, ExpressionValue>> Readers = new(StringComparer.Ordinal)
    {
        ["type"] = happened => ExpressionValue.Of(happened.Type),
        ["subject"] = happened => ExpressionValue.Of(happened.VmName),
        ["source"] = happened => ExpressionValue.Of(happened.Source),
        ["id"] = happened => ExpressionValue.Of(happened.Position.ToString()),
        ["time"] = happened => ExpressionValue.Of(happened.Time),
        ["sequence"] = happened => ExpressionValue.Of(happened.Sequence),
        ["partitionkey"] = happened => ExpressionValue.Of(happened.Vm?.ToString()),
        ["provenance"] = happened => ExpressionValue.Of(happened.Provenance == Provenance.Guest ? "guest" : "host"),
        ["incarnation"] = happened => ExpressionValue.Of(happened.Incarnation),
        ["sessionepoch"] = happened => happened.Session == 0 ? ExpressionValue.Missing : ExpressionValue.Of(happened.Session),
    };

    private readonly string _name;
    private readonly Func<FleetEvent, ExpressionValue> _read;

    private AttributeOperand(string name, Func<FleetEvent, ExpressionValue> read) => (_name, _read) = (name, read);

    /// <summary>All there are, for errors.</summary>
    public static string Names { get; } = string.Join(", ", Readers.Keys);

    /// <summary>Whether its value is a moment, and what is compared with it has to be one.</summary>
    public bool IsTime => _name == "time";

    public static AttributeOperand? Find(string name) => Readers.TryGetValue(name, out var read) ? new AttributeOperand(name, read) : null;

    public override ExpressionValue Read(FleetEvent happened) => _read(happened);

    public override void Print(StringBuilder text) => text.Append(_name);
}

/// <summary>A value within the event's own data, found without reading more of it than what stands before.</summary>
/// <param name="steps">A member's name, or the index of an item.</param>
internal sealed class DataOperand(IReadOnlyList<DataStep> steps) : ExpressionOperand
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 1_024 };

    public override ExpressionValue Read(FleetEvent happened)
    {
        if (happened.Data.IsEmpty)
            return ExpressionValue.Missing;
        try
        {
            var reader = new Utf8JsonReader(happened.Data.Span, Options);
            reader.Read();
            foreach (var step in steps)
            {
                if (!(step.Name is null ? ToItem(ref reader, step.Index) : ToMember(ref reader, step.Name)))
                    return ExpressionValue.Missing;
            }
            return ValueAt(ref reader);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No data of this program's making: half a surrogate, or nested beyond all measure.
            return ExpressionValue.Opaque;
        }
    }

    public override void Print(StringBuilder text)
    {
        text.Append("data");
        foreach (var step in steps)
        {
            if (step.Name is null)
                text.Append(CultureInfo.InvariantCulture, $"[{step.Index}]");
            else if (ExpressionLexer.IsWord(step.Name))
                text.Append('.').Append(step.Name);
            else
                new LiteralOperand(ExpressionValue.Of(step.Name)).Print(text.Append('['));
            if (step.Name is not null && !ExpressionLexer.IsWord(step.Name))
                text.Append(']');
        }
    }

    private static bool ToMember(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (found)
                return true;
            reader.Skip();
        }
        return false;
    }

    private static bool ToItem(ref Utf8JsonReader reader, int index)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        for (var at = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; at++)
        {
            if (at == index)
                return true;
            reader.Skip();
        }
        return false;
    }

    private static ExpressionValue ValueAt(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => ExpressionValue.Of(reader.GetString()),
        JsonTokenType.Number when reader.TryGetDecimal(out var number) => ExpressionValue.Of(number),
        JsonTokenType.True => ExpressionValue.True,
        JsonTokenType.False => ExpressionValue.False,
        _ => ExpressionValue.Opaque,
    };
}

/// <summary>One step into data.</summary>
/// <param name="Name">Of a member; <see langword="null"/> for an item.</param>
/// <param name="Index">Of an item, from 0 up.</param>
internal sealed record DataStep(string? Name, int Index = 0);
