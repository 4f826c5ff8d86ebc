using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Host.Cli.Arguments;

/// <summary>A value as written on a command line, by its QAPI type (docs/devel/qapi-code-gen, "Built-in types").</summary>
internal static class QapiLiteral
{
    /// <exception cref="CliException">The text is not a value of the type.</exception>
    public static void Write(Utf8JsonWriter writer, ArgumentPair pair, string type)
    {
        if (pair.Kind is not (null or "str"))
            throw CliException.Usage($"'{pair.Key}:{pair.Kind}=': known are :text (encodes base64) and :str");
        if (pair.Kind == "str" || type == "str")
            writer.WriteStringValue(pair.Value);
        else if (IsInteger(type))
            WriteInteger(writer, pair, type);
        else if (type == "number")
            writer.WriteNumberValue(double.TryParse(pair.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : throw Misfit(pair, "a number"));
        else if (type == "bool")
            writer.WriteBooleanValue(pair.Value switch { "true" or "on" => true, "false" or "off" => false, _ => throw Misfit(pair, "true or false") });
        else
            WriteJson(writer, pair, type);
    }

    private static bool IsInteger(string type) => type is "int" or "int8" or "int16" or "int32" or "int64" or "uint8" or "uint16" or "uint32" or "uint64" or "size";

    private static void WriteInteger(Utf8JsonWriter writer, ArgumentPair pair, string type)
    {
        if (long.TryParse(pair.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            writer.WriteNumberValue(number);
        else if (type is "uint64" or "size" && ulong.TryParse(pair.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var large))
            writer.WriteNumberValue(large);
        else
            throw Misfit(pair, "a whole number");
    }

    // A bare word is the name of an enum's value; the server checks it.
    private static void WriteJson(Utf8JsonWriter writer, ArgumentPair pair, string type)
    {
        try
        {
            JsonElement.Parse(pair.Value).WriteTo(writer);
        }
        catch (JsonException) when (pair.Value.Length == 0 || !"[{\"".Contains(pair.Value[0]))
        {
            writer.WriteStringValue(pair.Value);
        }
        catch (JsonException error)
        {
            throw CliException.Usage($"'{pair.Key}' wants JSON of type {type}: {error.Message}");
        }
    }

    private static CliException Misfit(ArgumentPair pair, string wanted) => CliException.Usage($"'{pair.Key}' wants {wanted}, not '{pair.Value}'");
}
